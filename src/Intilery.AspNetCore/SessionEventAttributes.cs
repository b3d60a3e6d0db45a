namespace Intilery.AspNetCore;

/// <summary>
/// The endpoint creates a user: a <see cref="Events.SignedUp"/>. Users in a <c>DbContext</c> of ASP.NET Core Identity, and those that
/// <c>MapUsers</c> maps, need no attribute; an attribute adds the values that it finds to the event.
/// </summary>
/// <remarks>
/// Without <c>UserIdFrom</c> it is of the user whose password ASP.NET Core Identity has set in the request (<c>CreateAsync</c>), else of
/// the one user that the request creates, else of the signed-in user.
/// </remarks>
/// <example><code>app.MapPost("/register", async (Registration input, UserService users) => await
/// users.RegisterAsync(input)).TrackSignedUp(signUp => signUp.UserIdFrom = "result.Id");</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackSignedUpAttribute : LifecycleEventAttribute
{
    /// <summary>
    /// Gets or sets the type of sign-up (<c>type</c>). Default: <c>invited</c> or <c>organic</c>, as for a captured sign-up.
    /// </summary>
    public string? Type { get; set; }

    /// <summary>Gets or sets the path of the type of sign-up.</summary>
    public string? TypeFrom { get; set; }

    /// <summary>
    /// Gets or sets the first name (<c>first_name</c>). Default: found by name, else that of the user's row, else left out.
    /// </summary>
    public string? FirstName { get; set; }

    /// <summary>Gets or sets the path of the first name.</summary>
    public string? FirstNameFrom { get; set; }

    /// <summary>
    /// Gets or sets the last name (<c>last_name</c>). Default: found by name, else that of the user's row, else left out.
    /// </summary>
    public string? LastName { get; set; }

    /// <summary>Gets or sets the path of the last name.</summary>
    public string? LastNameFrom { get; set; }

    /// <summary>
    /// Gets or sets the e-mail address (<c>email</c>). Default: found by name, else that of the user's row, else left out.
    /// </summary>
    public string? Email { get; set; }

    /// <summary>Gets or sets the path of the e-mail address.</summary>
    public string? EmailFrom { get; set; }

    /// <summary>Gets or sets the phone number (<c>phone</c>). Default: found by name, else that of the user's row, else left out.</summary>
    public string? Phone { get; set; }

    /// <summary>Gets or sets the path of the phone number.</summary>
    public string? PhoneFrom { get; set; }

    /// <summary>Gets or sets the user name (<c>username</c>). Default: found by name, else that of the user's row, else left out.</summary>
    public string? Username { get; set; }

    /// <summary>Gets or sets the path of the user name.</summary>
    public string? UsernameFrom { get; set; }

    /// <summary>Gets or sets the title (<c>title</c>). Default: found by name, else that of the user's row, else left out.</summary>
    public string? Title { get; set; }

    /// <summary>Gets or sets the path of the title.</summary>
    public string? TitleFrom { get; set; }
}

/// <summary>
/// The endpoint begins a session, as one that issues a token does: an <see cref="Events.SignedIn"/>, with everything that a captured
/// sign-in has. Cookies and Identity's own bearer tokens need no attribute.
/// </summary>
/// <remarks>
/// Without <c>UserIdFrom</c> it is of the user whose password ASP.NET Core Identity has verified in the request
/// (<c>CheckPasswordSignInAsync</c>, <c>CheckPasswordAsync</c>), else of the signed-in user. Put it on the login alone, not on the refresh
/// of a token. Where the endpoint succeeds without a session, because a second factor is still to come, set <c>OnStatus</c> or track the
/// event by <see cref="ILifecycleTracker"/>.
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

/// <summary>
/// The endpoint ends a session, as one that revokes a token does: an <see cref="Events.SignedOut"/> of the signed-in user. Cookies and
/// Identity's own bearer tokens need no attribute.
/// </summary>
/// <example><code>app.MapPost("/logout", (TokenStore tokens, ClaimsPrincipal user) =>
/// tokens.RevokeAsync(user)).RequireAuthorization().TrackSignedOut();</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackSignedOutAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the user name (<c>username</c>). Default: that of the signed-in user's claims, else left out.</summary>
    public string? Username { get; set; }

    /// <summary>Gets or sets the path of the user name.</summary>
    public string? UsernameFrom { get; set; }
}
