using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Makes events of the success of one endpoint, by one attribute or one function.</summary>
internal interface IEndpointEvent
{
    /// <summary>Gets the name of what asks for it, for people.</summary>
    string Source { get; }

    /// <summary>Gets a value indicating whether an invalid model state does not matter.</summary>
    bool WhenInvalid { get; }

    /// <summary>Gets a value indicating whether it reads the tenant of who is at work.</summary>
    bool ReadsTenant { get; }

    /// <summary>Whether a status code is a success.</summary>
    bool Accepts(int status);

    /// <summary>Returns the events of one call; may throw what the host's own members throw.</summary>
    /// <param name="values">What the call had and gave.</param>
    /// <param name="atMost">How many it may make.</param>
    /// <param name="over">How many more there would have been.</param>
    IReadOnlyList<LifecycleEvent> Make(EndpointValues values, int atMost, out int over);
}
