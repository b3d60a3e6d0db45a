namespace Intilery.AspNetCore.Trials;

/// <summary>Where the schedule of trials is, if anywhere.</summary>
internal enum TrialPlacement
{
    /// <summary>In memory, where events are shown and forgotten: with the process, nobody misses what it would have shown.</summary>
    Shown,

    /// <summary>
    /// The outbox is this process's own, and nobody has said that there is no other process: it would end trials that another one has
    /// extended, and swallow the starts of those that another has ended.
    /// </summary>
    Refused,

    /// <summary>In memory: what ends after the process does is forgotten.</summary>
    Memory,

    /// <summary>In a file or a database.</summary>
    Durable,
}
