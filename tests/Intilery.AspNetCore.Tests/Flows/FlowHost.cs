namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The applications of the matrix.</summary>
public enum FlowHost
{
    /// <summary>Identity with its pages, its API, passkeys, a login provider, policy schemes and a cookie of partners.</summary>
    Identity,

    /// <summary>Identity on a store that is truly asynchronous, with <c>SignOut:WhenRevoked</c>.</summary>
    RemoteStore,

    /// <summary>Identity with everything replaced that an application may replace.</summary>
    Customised,

    /// <summary>Cookies without Identity, in an application with a <c>Startup</c> class.</summary>
    PlainCookies,

    /// <summary>Identity's API alone, behind its composite scheme.</summary>
    Api,

    /// <summary>A token server as a handler of its own, named by <c>TrackedSchemes</c>.</summary>
    TokenServer,
}
