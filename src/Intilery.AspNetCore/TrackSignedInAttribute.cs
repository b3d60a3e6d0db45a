namespace Intilery.AspNetCore;

/// <summary>
/// The endpoint begins a session, as one that issues a token does: an <see cref="Events.SignedIn"/>, with everything that a captured
/// sign-in has. Cookies and Identity's own bearer tokens need no attribute.
/// </summary>
/// <remarks>
/// Without <c>UserIdFrom</c> it is of the user whose password ASP.NET Core Identity has verified in the request
/// (<c>CheckPasswordSignInAsync</c>, <c>CheckPasswordAsync</c>), else of the signed-in user. Put it on the login alone, not on the refresh of
/// a token. Where the endpoint succeeds without a session, because a second factor is still to come, set <c>OnStatus</c> or track the event
/// by <see cref="ILifecycleTracker"/>.
/// </remarks>
/// <example>
/// <code>
/// [HttpPost("login"), TrackSignedIn]
/// public async Task&lt;ActionResult&lt;TokenResponse&gt;&gt; Login(LoginRequest input)
/// {
///     var user = await users.FindByEmailAsync(input.Email);
///     return user is not null &amp;&amp; (await signIn.CheckPasswordSignInAsync(user, input.Password, lockoutOnFailure: true)).Succeeded
///         ? new TokenResponse(IssueToken(user))
///         : Unauthorized();
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackSignedInAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the user name (<c>username</c>). Default: that of the user's row if it is loaded, else left out.</summary>
    public string? Username { get; set; }

    /// <summary>Gets or sets the path of the user name.</summary>
    public string? UsernameFrom { get; set; }
}
