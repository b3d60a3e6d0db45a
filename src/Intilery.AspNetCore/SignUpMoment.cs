namespace Intilery.AspNetCore;

/// <summary>When a new user has signed up.</summary>
public enum SignUpMoment
{
    /// <summary>When the user's row is committed.</summary>
    Created,

    /// <summary>
    /// When the user's e-mail address is confirmed for the first time; at once for a user who is created with a confirmed one.
    /// </summary>
    EmailConfirmed,
}
