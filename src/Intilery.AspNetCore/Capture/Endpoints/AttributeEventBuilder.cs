using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Finds the sources of an attribute's properties on an endpoint, and everything that is wrong with them.</summary>
internal sealed class AttributeEventBuilder(EndpointShape shape, PrincipalReader principals, LifecycleDiagnostics diagnostics)
{
    private readonly PathResolver _paths = new(shape, principals);

    /// <summary>Returns the events, or <see langword="null"/> after adding to the errors.</summary>
    public AttributeEvent? Build(LifecycleEventAttribute attribute, ICollection<string> errors)
    {
        var template = EventTemplate.Of(attribute);
        var clashes = Clashes().ToList();
        List<string> faults = [.. template.Errors, .. clashes];

        // All faults are reported at once, except those that only follow from an argument's name.
        List<PropertySource> sources = clashes.Count == 0 ? Sources(template, faults) : [];
        if (faults.Count == 0)
        {
            return new AttributeEvent(shape.Name, attribute, template, sources, diagnostics);
        }

        foreach (var fault in faults)
        {
            errors.Add($"{shape.Name}: [{template.Attribute}] {fault}");
        }

        return null;
    }

    private IEnumerable<string> Clashes() => shape.Arguments
        .Where(
            argument => PathRoots.IsRoot(argument.Name)
                && !(argument.Type == typeof(ClaimsPrincipal) && PathRoots.Is(argument.Name, PathRoots.User)))
        .Select(
            argument => $"cannot be used with an argument named '{argument.Name}': in paths, '{argument.Name}' means something else. Rename the argument.");

    private List<PropertySource> Sources(EventTemplate template, List<string> faults)
    {
        var search = new NameSearch(shape, template.PrefersResult);
        var sources = template.Properties.Select(property => Said(property, faults)).OfType<PropertySource>().ToList();
        var collections = sources.Select(source => source.Path?.Collection)
            .OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList();
        if (collections.Count > 1)
        {
            faults.Add(
                $"uses several collections, {string.Join(" and ", collections)}. One event is made of each element of one collection only.");
        }

        var collection = collections.FirstOrDefault();
        foreach (var property in template.Properties.Where(property => property.Literal is null && property.Path is null))
        {
            if (Found(property, search, faults) is not { } source)
            {
                continue;
            }

            // An optional value of the elements of another collection does not belong to this event.
            if (source.Path?.Collection is { } own && collection is not null && !PathRoots.Is(own, collection) && !property.IsRequired)
            {
                continue;
            }

            collection ??= source.Path?.Collection;
            sources.Add(source);
        }

        return sources;
    }

    // What the attribute itself sets, by a literal or a path.
    private PropertySource? Said(AttributeProperty property, List<string> faults)
    {
        if (property is { Literal: not null, Path: not null })
        {
            faults.Add($"sets both {property.Name} and {property.PathName}. Set one of them.");
            return null;
        }

        if (property.Literal is { } literal)
        {
            if (property.Kind == ValueKind.Date && ValueTypes.DateOf(literal) is null)
            {
                faults.Add($"{property.Name} = \"{literal}\" is not a date. Write it as 2026-01-31 or 2026-01-31T09:00:00Z.");
            }

            return new PropertySource(property, literal, null);
        }

        if (property.Path is null)
        {
            return null;
        }

        var path = _paths.Resolve(property.Path, out var fault);
        path = path is null ? null : Fitted(property, path, out fault);
        if (path is null)
        {
            faults.Add($"{property.PathName} = \"{property.Path}\" cannot work: {fault}");
            return null;
        }

        return new PropertySource(property, null, path);
    }

    private PropertySource? Found(AttributeProperty property, NameSearch search, List<string> faults)
    {
        var found = search.Find(property);
        if (found.Count > 1)
        {
            faults.Add($"finds {property.Name} in several places: {string.Join(", ", found)}. Set {property.PathName} to one of them.");
            return null;
        }

        if (found.Count == 1 && _paths.Resolve(found[0], out _) is { } path)
        {
            return new PropertySource(property, null, Fitted(property, path, out _));
        }

        if (shape.Result.IsOpen && property.Names.Count > 0)
        {
            return new PropertySource(property, null, null);
        }

        if (property.IsRequired)
        {
            var ways = property.TakesLiteral ? $"{property.PathName} or {property.Name}" : property.PathName;
            faults.Add(
                $"finds no single value for {property.Name}; it looked for {property.Tried}. Set {ways}. Available: {shape.Available()}.");
        }

        return null;
    }

    private static EventPath? Fitted(AttributeProperty property, EventPath path, out string? fault)
    {
        fault = null;
        if (path.Type is not { } type)
        {
            return path;
        }

        var element = ValueTypes.ElementOf(type);
        if (Fits(property, type)
            || ((property.Kind == ValueKind.Simple || property.MayBeJoined) && element is not null && ValueTypes.IsText(element)))
        {
            return path;
        }

        if (element is not null && path.Collection is null && Fits(property, element))
        {
            return path with { Type = element, Collection = path.Text };
        }

        var what = property.Kind == ValueKind.Date ? "which is not a date" : "which cannot be written as text";
        fault = $"'{path.Text}' is of the type {ValueTypes.NameOf(type)}, {what}. It has: {MemberReader.ListOf(element ?? type)}.";
        return null;
    }

    private static bool Fits(AttributeProperty property, Type type) =>
        property.Kind == ValueKind.Date ? ValueTypes.IsDate(type) : ValueTypes.IsText(type);
}
