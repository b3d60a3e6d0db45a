namespace Intilery.AspNetCore;

/// <summary>A trial whose end date has come, for <see cref="ITrialOwnerResolver"/>.</summary>
public sealed record EndedTrial
{
    /// <summary>Gets the application's own id of the trial; <see langword="null"/> if none was given at the start.</summary>
    public string? TrialId { get; init; }

    /// <summary>Gets the id of the account on trial; <see langword="null"/> for a trial of a user without an account.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets the id of the user who started the trial; <see langword="null"/> after that person was erased.</summary>
    public string? StarterId { get; init; }

    /// <summary>Gets when the trial started, to the millisecond, if it is known.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>Gets when the trial ended, to the millisecond.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>Gets the name of the plan, if it is known.</summary>
    public string? PlanName { get; init; }
}
