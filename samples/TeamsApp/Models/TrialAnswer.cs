using TeamsApp.Data;

namespace TeamsApp.Models;

public sealed record TrialAnswer(Guid Id, string PlanName, DateTimeOffset StartDate, DateTimeOffset EndDate)
{
    public static TrialAnswer Of(Subscription trial) => new(trial.Id, trial.PlanName, trial.StartsAt, trial.EndsAt);
}
