namespace Intilery.AspNetCore;

/// <summary>The kind of the event whose tenant is resolved. See <see cref="TenantResolutionContext.Moment"/>.</summary>
public enum TenantResolutionMoment
{
    /// <summary>An event that the application tracks. The principal is that of the scope.</summary>
    Event,

    /// <summary>A sign-in. The principal is the one that signs in, and not yet the request's.</summary>
    SignIn,

    /// <summary>A sign-out. The principal is that of the session that ends.</summary>
    SignOut,

    /// <summary>
    /// A new user, or one whose e-mail address is confirmed, where the confirmation counts as the sign-up. The principal is that of the
    /// scope; often there is none. A membership that is saved in the same scope takes precedence over the answer.
    /// </summary>
    SignUp,
}
