namespace Intilery.AspNetCore;

/// <summary>The data that this package stores of a person, without the data that Intilery has received.</summary>
public sealed record IntileryUserExport
{
    /// <summary>Gets the user's database key, as sent.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the events that wait for delivery.</summary>
    public required IReadOnlyList<IntileryWaitingEvent> Waiting { get; init; }

    /// <summary>Gets the events that Intilery rejected permanently.</summary>
    public required IReadOnlyList<IntileryDeadLetter> DeadLetters { get; init; }

    /// <summary>Gets the pending facts that are not events yet, as JSON.</summary>
    public required IReadOnlyList<string> Undecided { get; init; }

    /// <summary>Gets the trials that the person started, including ended ones.</summary>
    public required IReadOnlyList<IntileryUserTrial> Trials { get; init; }

    /// <summary>
    /// Gets what could not be reached, and why: files of a newer version, files that were set aside as damaged, spill files that another process is
    /// reading, and entries that are protected by a key that the application does not have. Default: empty.
    /// </summary>
    public IReadOnlyList<string> Unreached { get; init; } = [];
}

/// <summary>A trial in the trial clock's schedule.</summary>
public sealed record IntileryUserTrial
{
    /// <summary>Gets the application's id of the trial; <see langword="null"/> if it gave none.</summary>
    public string? TrialId { get; init; }

    /// <summary>Gets the account; <see langword="null"/> if there is none.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets the start; <see langword="null"/> if it is not known.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>Gets the end; <see langword="null"/> if it is not known.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>Gets the plan's name; <see langword="null"/> if it is not known.</summary>
    public string? PlanName { get; init; }

    /// <summary>Gets when its end was recorded; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
