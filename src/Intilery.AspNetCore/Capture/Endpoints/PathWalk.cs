namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Follows a path from a declared type, member by member, and through at most one collection.</summary>
internal static class PathWalk
{
    public static EventPath? Walk(string text, Type type, IReadOnlyList<string> parts, Func<EndpointValues, object?> root, out string? fault)
    {
        var steps = new List<Func<object, object?>>();
        var elementSteps = new List<Func<object, object?>>();
        string? collection = null;
        var current = type;
        for (var i = 1; i < parts.Count; i++)
        {
            var member = MemberReader.Find(current, parts[i]);
            if (member is null && ValueTypes.ElementOf(current) is { } element)
            {
                if (collection is not null)
                {
                    fault = $"it goes through a collection inside a collection, '{string.Join('.', parts.Take(i))}'.";
                    return null;
                }

                collection = string.Join('.', parts.Take(i));
                current = element;
                member = MemberReader.Find(current, parts[i]);
            }

            if (member is null)
            {
                fault = $"'{string.Join('.', parts.Take(i))}' ({ValueTypes.NameOf(current)}) has no public member '{parts[i]}'. It has: {MemberReader.ListOf(current)}.";
                return null;
            }

            (collection is null ? steps : elementSteps).Add(MemberReader.Guarded(Nullable.GetUnderlyingType(current) ?? current, member));
            current = MemberReader.TypeOf(member);
        }

        fault = null;
        return new EventPath(text, current, root, steps) { Collection = collection, ElementSteps = elementSteps };
    }
}
