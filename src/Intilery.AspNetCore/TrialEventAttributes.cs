namespace Intilery.AspNetCore;

/// <summary>The base of the trial attributes. Dates without an offset are UTC; literals are ISO-8601.</summary>
public abstract class TrialEventAttribute : LifecycleEventAttribute
{
    private protected TrialEventAttribute()
    {
    }

    /// <summary>
    /// Gets or sets the path of your own id of the trial, which is not sent. Default: <see langword="null"/>, the one
    /// trial of the account.
    /// </summary>
    public string? TrialIdFrom { get; set; }

    /// <summary>
    /// Gets or sets when the trial starts (<c>trial_start_date</c>). Default: found by name, else left out or, of an end, as the trial was
    /// started.
    /// </summary>
    public string? TrialStartDate { get; set; }

    /// <summary>Gets or sets the path of when the trial starts.</summary>
    public string? TrialStartDateFrom { get; set; }

    /// <summary>
    /// Gets or sets when the trial ends (<c>trial_end_date</c>). Default: found by name, else left out or, of an end, as the trial was
    /// started.
    /// </summary>
    public string? TrialEndDate { get; set; }

    /// <summary>Gets or sets the path of when the trial ends.</summary>
    public string? TrialEndDateFrom { get; set; }

    /// <summary>
    /// Gets or sets the name of the plan on trial (<c>trial_plan_name</c>). Default: found by name, else left out or, of an end, as the
    /// trial was started.
    /// </summary>
    public string? TrialPlanName { get; set; }

    /// <summary>Gets or sets the path of the name of the plan on trial.</summary>
    public string? TrialPlanNameFrom { get; set; }
}

/// <summary>A trial starts by the endpoint: a <see cref="Events.TrialStarted"/> of the signed-in user.</summary>
/// <example><code>[HttpPost("trial"), TrackTrialStarted(TrialEndDateFrom = "result.EndsAt", TrialPlanNameFrom =
/// "input.Plan")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackTrialStartedAttribute : TrialEventAttribute;

/// <summary>
/// A trial ends by the endpoint: a <see cref="Events.TrialEnded"/> of the user who started it, or of the signed-in user if that is not
/// known.
/// </summary>
/// <example><code>[HttpPost("trial/end"), TrackTrialEnded(TrialIdFrom = "result.Id")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackTrialEndedAttribute : TrialEventAttribute;
