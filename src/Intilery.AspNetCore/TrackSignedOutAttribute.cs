namespace Intilery.AspNetCore;

/// <summary>
/// The endpoint ends a session, as one that revokes a token does: an <see cref="Events.SignedOut"/> of the signed-in user. Cookies and
/// Identity's own bearer tokens need no attribute.
/// </summary>
/// <example><code>app.MapPost("/logout", (TokenStore tokens, ClaimsPrincipal user) => tokens.RevokeAsync(user)).RequireAuthorization().TrackSignedOut();</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackSignedOutAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the user name (<c>username</c>). Default: that of the signed-in user's claims, else left out.</summary>
    public string? Username { get; set; }

    /// <summary>Gets or sets the path of the user name.</summary>
    public string? UsernameFrom { get; set; }
}
