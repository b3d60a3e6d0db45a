using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The page of an event: its path without the query, and with the names of route parameters instead of their values, which may
/// be codes or other people's ids. Parameters that only select the endpoint (area, controller, action, page) keep their values.
/// </summary>
internal static class PagePath
{
    private static readonly string[] _structural = ["area", "controller", "action", "page"];

    /// <summary>
    /// Returns the page, or <see langword="null"/> where no route distinguishes parameters in the path: in a branch by path,
    /// in middleware, before routing.
    /// </summary>
    public static string? Of(HttpContext context)
    {
        var request = context.Request;
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern: var pattern })
        {
            return null;
        }

        if (pattern.Parameters.Count == 0)
        {
            return request.PathBase.Add(request.Path).Value ?? "/";
        }

        var path = new StringBuilder(request.PathBase.Value);
        foreach (var segment in pattern.PathSegments)
        {
            var text = string.Concat(segment.Parts.Select(part => Render(part, request.RouteValues)));
            if (text.Length > 0)
            {
                path.Append('/').Append(text);
            }
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    private static string? Render(RoutePatternPart part, RouteValueDictionary values) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter when !values.TryGetValue(parameter.Name, out var value) || value is null => null,
        RoutePatternParameterPart parameter when _structural.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase) =>
            values[parameter.Name]?.ToString(),
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => null,
    };
}
