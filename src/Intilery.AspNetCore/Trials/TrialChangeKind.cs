namespace Intilery.AspNetCore.Trials;

/// <summary>What happens to a trial of the schedule.</summary>
internal enum TrialChangeKind
{
    /// <summary>It starts; if it is open already, it is at most moved.</summary>
    Start,

    /// <summary>Its dates or its plan change. One that the schedule does not know began before anybody looked, and is open from now on.</summary>
    Move,

    /// <summary>The application ends it.</summary>
    End,

    /// <summary>The clock ends it, unless it was changed since the clock looked.</summary>
    Expire,
}
