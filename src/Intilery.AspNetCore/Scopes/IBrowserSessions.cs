using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Knows the sessions that one browser has side by side, in cookies of several schemes.</summary>
internal interface IBrowserSessions
{
    /// <summary>Whether the browser has a live session of another user too: its anonymous id is then not this user's alone.</summary>
    bool HasOtherUser(HttpContext context, string userId);
}
