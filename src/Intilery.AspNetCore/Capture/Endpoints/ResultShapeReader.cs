using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Reads from a return type, and from what the endpoint declares that it produces, what a success carries.</summary>
internal static class ResultShapeReader
{
    private static readonly Type[] _successes =
        [typeof(Ok<>), typeof(Created<>), typeof(CreatedAtRoute<>), typeof(Accepted<>), typeof(AcceptedAtRoute<>), typeof(JsonHttpResult<>)];

    public static ResultShape Read(Type returnType, IEnumerable<object> metadata)
    {
        var type = Awaited(returnType);
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return ResultShape.Nothing;
        }

        if (Definition(type) == typeof(ActionResult<>))
        {
            type = type.GetGenericArguments()[0];
        }

        if (!typeof(IActionResult).IsAssignableFrom(type) && !typeof(IResult).IsAssignableFrom(type) && type != typeof(object))
        {
            return IsStream(type) ? ResultShape.Nothing : new ResultShape([type], IsOpen: false);
        }

        var typed = Typed(type).ToList();
        if (typed.Count == 0)
        {
            typed = [.. metadata.OfType<IProducesResponseTypeMetadata>()
                .Where(produces => produces.StatusCode is >= 200 and < 300 && produces.Type is not null && produces.Type != typeof(void))
                .Select(produces => produces.Type!)
                .Where(produced => !typeof(IResult).IsAssignableFrom(produced) && !typeof(IActionResult).IsAssignableFrom(produced))
                .Distinct()];
        }

        return typed.Count > 0 ? new ResultShape(typed, IsOpen: false) : IsClosed(type) ? ResultShape.Nothing : ResultShape.Open;
    }

    // The values of typed results that are a success; of several that a union names, all.
    private static IEnumerable<Type> Typed(Type type)
    {
        if (typeof(INestedHttpResult).IsAssignableFrom(type) && type.IsGenericType)
        {
            return type.GetGenericArguments().SelectMany(Typed).Distinct();
        }

        return Definition(type) is { } definition && _successes.Contains(definition) ? [type.GetGenericArguments()[0]] : [];
    }

    // Typed results that carry nothing, and unions of nothing else.
    private static bool IsClosed(Type type) =>
        type.Namespace == typeof(Ok<>).Namespace && type != typeof(RedirectToRouteHttpResult);

    private static Type Awaited(Type type) => Definition(type) is { } definition && (definition == typeof(Task<>) || definition == typeof(ValueTask<>))
        ? type.GetGenericArguments()[0]
        : type;

    // What is still running when the endpoint returns is not looked at: reading it would take it from the response.
    private static bool IsStream(Type type) =>
        Definition(type) == typeof(IAsyncEnumerable<>) || type.GetInterfaces().Any(contract => Definition(contract) == typeof(IAsyncEnumerable<>))
        || typeof(Stream).IsAssignableFrom(type);

    private static Type? Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : null;
}
