
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Makes events of the success of one endpoint, by one attribute or one function.</summary>
internal interface IEndpointEvent
{
    /// <summary>Gets the name of what asks for it, for people.</summary>
    string Source { get; }

    /// <summary>Gets a value indicating whether an invalid model state does not matter.</summary>
    bool WhenInvalid { get; }

    /// <summary>Gets a value indicating whether it reads the tenant of who is at work, which may be known only when the scope commits.</summary>
    bool ReadsTenant { get; }

    /// <summary>Whether a status code is a success.</summary>
    bool Accepts(int status);

    /// <summary>
    /// Reads one call, and returns what makes its events of the tenant of who is at work; both may throw what the host's own members throw.
    /// </summary>
    /// <param name="values">What the call had and gave.</param>
    /// <param name="atMost">How many events it may make.</param>
    EndpointReading Read(EndpointValues values, int atMost);
}

/// <summary>What one call was read as.</summary>
/// <param name="Count">How many events it makes at most.</param>
/// <param name="Over">How many more there would have been.</param>
/// <param name="Make">Makes the events, given the tenant of who is at work.</param>
internal sealed record EndpointReading(int Count, int Over, Func<string?, IReadOnlyList<LifecycleEvent>> Make);
