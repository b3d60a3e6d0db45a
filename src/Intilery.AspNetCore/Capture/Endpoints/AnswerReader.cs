using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Looks into what endpoints return.</summary>
internal static class AnswerReader
{
    /// <summary>Returns the object that an answer carries; of a redirect, its route values.</summary>
    public static object? ValueOf(object? answer) => answer switch
    {
        null => null,
        ObjectResult { Value: var value } => value,
        JsonResult { Value: var value } => value,
        ViewResult view => view.Model,
        PartialViewResult view => view.Model,
        RedirectToActionResult redirect => redirect.RouteValues,
        RedirectToRouteResult redirect => redirect.RouteValues,
        RedirectToPageResult redirect => redirect.RouteValues,
        INestedHttpResult nested => ValueOf(nested.Result),
        IValueHttpResult { Value: var value } => value,
        RedirectToRouteHttpResult redirect => redirect.RouteValues,
        IActionResult or IResult => null,
        _ => answer,
    };

    /// <summary>Whether an answer refuses the request, with whatever status: a challenge is a redirect too.</summary>
    public static bool IsRefusal(object? answer) => answer switch
    {
        INestedHttpResult nested => IsRefusal(nested.Result),
        _ => answer is ChallengeResult or ForbidResult or ChallengeHttpResult or ForbidHttpResult,
    };

    /// <summary>Returns the status that an answer is going to have, if the answer itself sets one.</summary>
    public static int? StatusOf(object? answer) => answer switch
    {
        INestedHttpResult nested => StatusOf(nested.Result),
        IStatusCodeActionResult result => result.StatusCode,
        IStatusCodeHttpResult result => result.StatusCode,
        _ => null,
    };
}

/// <summary>Which statuses are a success.</summary>
internal static class EndpointStatus
{
    public static bool IsSuccess(int[]? codes, int status) =>
        codes is { Length: > 0 } ? codes.Contains(status) : status is >= 200 and < 400;
}
