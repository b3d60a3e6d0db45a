using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Finds the value that unmistakably has a property's name: among the arguments, their members, and the result's.</summary>
internal sealed class NameSearch(EndpointShape shape, bool prefersResult)
{
    /// <summary>Returns the paths of the first place that has any; several are ambiguous.</summary>
    public IReadOnlyList<string> Find(AttributeProperty property)
    {
        foreach (var names in property.Names)
        {
            Func<AttributeProperty, string[],
            IEnumerable<string>>[] places = prefersResult ? [InResult, InArguments] : [InArguments, InResult];
            foreach (var place in places)
            {
                var found = place(property, names).Distinct().ToList();
                if (found.Count > 0)
                {
                    return found;
                }
            }
        }

        return [];
    }

    /// <summary>Finds it in a result whose type is only known at run time.</summary>
    public static object? FindIn(object? result, AttributeProperty property)
    {
        if (result is null || (result is not RouteValueDictionary && ValueTypes.Elements(result) is not null))
        {
            return null;
        }

        foreach (var names in property.Names)
        {
            var found = names.Select(name => new RuntimeMemberReader(name).Read(result))
                .Where(value => value is not null && IsValue(property, value.GetType()))
                .ToList();
            if (found.Count > 0)
            {
                return found.Count == 1 ? found[0] : null;
            }
        }

        return null;
    }

    private static bool IsValue(AttributeProperty property, Type type) =>
        Fits(property, type) || (property.MayBeJoined && ValueTypes.ElementOf(type) is { } element && Fits(property, element));

    private static bool Fits(AttributeProperty property, Type type) =>
        property.Kind == ValueKind.Date ? ValueTypes.IsDate(type) : ValueTypes.IsText(type);

    // A list may have the plural of the name, or the name itself, as a repeated parameter has.
    private static bool IsNamed(AttributeProperty property, string[] names, string name, Type type)
    {
        if (ValueTypes.ElementOf(type) is { } element)
        {
            return (property.MayBeList || property.MayBeJoined)
                && Fits(property, element)
                && Array.Exists(names, known => PathRoots.Is(name, known) || IsPlural(name, known));
        }

        return Fits(property, type) && Array.Exists(names, known => PathRoots.Is(name, known));
    }

    private static bool IsPlural(string name, string known) =>
        PathRoots.Is(name, known + "s") || (known.EndsWith("Address", StringComparison.Ordinal) && PathRoots.Is(name, known + "es"));

    private static IEnumerable<string> Members(AttributeProperty property, string[] names, string root, Type type)
    {
        var owner = ValueTypes.ElementOf(type) ?? type;
        return ValueTypes.IsText(owner)
            ? []
            : MemberReader.MembersOf(owner)
                .Where(member => IsNamed(property, names, member.Name, MemberReader.TypeOf(member)))
                .Select(member => $"{root}.{member.Name}");
    }

    private IEnumerable<string> InArguments(AttributeProperty property, string[] names)
    {
        foreach (var argument in shape.Arguments.Where(argument => argument.IsInput))
        {
            if (property.MayBeArgument && IsNamed(property, names, argument.Name, argument.Type))
            {
                yield return argument.Name;
            }

            foreach (var path in Members(property, names, argument.Name, argument.Type))
            {
                yield return path;
            }
        }
    }

    private IEnumerable<string> InResult(AttributeProperty property, string[] names) =>
        shape.Result.Types.SelectMany(type => Members(property, names, PathRoots.Result, type));
}
