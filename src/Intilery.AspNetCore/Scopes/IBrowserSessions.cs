using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Finds the sessions that one browser has at the same time, in cookies of several schemes.</summary>
internal interface IBrowserSessions
{
    /// <summary>Returns whether the browser also has a live session of another user: its anonymous id then identifies neither.</summary>
    bool HasOtherUser(HttpContext context, string userId);
}
