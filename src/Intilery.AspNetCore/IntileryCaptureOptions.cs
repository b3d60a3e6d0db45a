namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:Capture</c>: what one request may cost.</summary>
public sealed class IntileryCaptureOptions
{
    /// <summary>
    /// Gets or sets how many events the attributes and functions of one endpoint make at most of one request: a path through a collection makes
    /// one of each element that the client has posted. What comes over that is dropped, counted as <c>too-many</c> and logged. Changes
    /// that are saved, and events that code tracks, are not limited. Default: 1,000; from 1 to 1,000,000.
    /// </summary>
    public int MaxEventsPerRequest { get; set; } = 1000;
}
