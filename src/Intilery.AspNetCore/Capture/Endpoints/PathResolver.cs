using System.Security.Claims;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Resolves a path on an endpoint, or reports why it cannot be resolved.</summary>
internal sealed class PathResolver(EndpointShape shape, PrincipalReader principals)
{
    private const string TenantWord = "TENANT";

    public EventPath? Resolve(string path, out string? fault)
    {
        var text = path.Trim();
        if (text.StartsWith(PathRoots.ClaimStart, StringComparison.OrdinalIgnoreCase) && text.EndsWith(')'))
        {
            return Claim(text, text[PathRoots.ClaimStart.Length..^1].Trim(), out fault);
        }

        var parts = text.Split('.');
        fault = null;
        if (Array.Exists(parts, string.IsNullOrWhiteSpace))
        {
            fault = text.Length == 0 ? "it is empty." : "it has an empty part.";
            return null;
        }

        return PathRoots.Is(parts[0], PathRoots.Route) ? Route(text, parts, out fault)
            : PathRoots.Is(parts[0], PathRoots.Result) ? Result(text, parts, out fault)
            : PathRoots.Is(parts[0], PathRoots.User) ? User(text, parts, out fault)
            : Argument(text, parts, out fault);
    }

    private static EventPath? Claim(string text, string type, out string? fault)
    {
        fault = type.Length == 0 ? "it names no claim type." : null;
        return fault is null ? new EventPath(text, typeof(string), values => values.Context.User.FindFirstValue(type), []) : null;
    }

    private EventPath? Route(string text, string[] parts, out string? fault)
    {
        var name = parts.Length == 2 ? shape.RouteParameters.FirstOrDefault(parameter => PathRoots.Is(parameter, parts[1])) : null;
        var has = shape.RouteParameters.Count == 0 ? "no parameters" : "the parameters " + string.Join(", ", shape.RouteParameters);
        fault = name is null ? $"the route has {has}." : null;
        return name is null ? null : new EventPath(text, typeof(string), values => values.Context.Request.RouteValues[name], []);
    }

    private EventPath? User(string text, string[] parts, out string? fault)
    {
        fault = null;
        Func<EndpointValues, object?>? read = parts.Length == 2 ? parts[1].ToUpperInvariant() switch
        {
            "ID" => values => principals.UserIdOf(values.Context.User),
            "NAME" => values => principals.ProfileOf(values.Context.User).Username,
            "EMAIL" => values => principals.ProfileOf(values.Context.User).Email,
            // Not of the call: see EventPath.IsTenant.
            TenantWord => static _ => null,
            _ => null,
        }
        : null;
        fault = read is null ? $"'{PathRoots.User}' has: {string.Join(", ", PathRoots.UserWords)}." : null;
        return read is null ? null : new EventPath(text, typeof(string), read, []) { IsTenant = PathRoots.Is(parts[1], TenantWord) };
    }

    private EventPath? Result(string text, string[] parts, out string? fault)
    {
        fault = null;
        if (shape.Result.IsNothing)
        {
            fault = $"the endpoint has no result. Available: {shape.Available()}.";
            return null;
        }

        Func<EndpointValues, object?> root = static values => values.Result;
        var open = parts.Skip(1).Select(part => (Func<object, object?>)new RuntimeMemberReader(part).Read).ToList();
        if (shape.Result.IsOpen)
        {
            return new EventPath(text, null, root, open);
        }

        EventPath? found = null;
        foreach (var type in shape.Result.Types)
        {
            found ??= PathWalk.Walk(text, type, parts, root, out fault);
        }

        if (found is null)
        {
            return null;
        }

        // Of several types that a success may carry, the one that is returned decides.
        fault = null;
        return shape.Result.Types.Count > 1 && found.Collection is null ? found with { Steps = open } : found;
    }

    private EventPath? Argument(string text, string[] parts, out string? fault)
    {
        var named = shape.Arguments.Where(argument => PathRoots.Is(argument.Name, parts[0])).ToList();
        if ((named.Find(argument => argument.Name == parts[0]) ?? named.FirstOrDefault()) is not { } argument)
        {
            fault = $"there is no '{parts[0]}'. Available: {shape.Available()}.";
            return null;
        }

        return PathWalk.Walk(text, argument.Type, parts, argument.Reader(), out fault);
    }
}
