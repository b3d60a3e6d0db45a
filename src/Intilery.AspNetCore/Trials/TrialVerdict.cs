namespace Intilery.AspNetCore.Trials;

/// <summary>What a change does to a trial.</summary>
/// <param name="Next">What the schedule holds after it; <see langword="null"/> if nothing changes there.</param>
/// <param name="IsEvent">Whether the change's row is inserted.</param>
internal readonly record struct TrialVerdict(Trial? Next, bool IsEvent);
