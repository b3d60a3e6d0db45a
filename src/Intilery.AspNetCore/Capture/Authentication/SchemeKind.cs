namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>What signing in to a scheme means.</summary>
internal enum SchemeKind
{
    /// <summary>Nothing that is tracked: a policy scheme, a scheme left out by option.</summary>
    Untracked,

    /// <summary>A step of a sign-in: external, two-factor.</summary>
    Intermediate,

    /// <summary>A session in a cookie.</summary>
    Cookie,

    /// <summary>A session in a token, which the sign-in itself writes to the response.</summary>
    Token,
}
