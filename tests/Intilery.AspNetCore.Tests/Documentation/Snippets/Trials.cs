using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>Accounts and trials, mapped and tracked.</summary>
internal static class Trials
{
    public static void Map(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery()
            .MapAccounts<Team>(team => team.Id, team => team.Name, isDeleted: team => team.IsArchived)
            .MapTrials<Subscription>(
                subscription => subscription.Id,
                subscription => subscription.TeamId,
                end: subscription => subscription.TrialEndsAt,
                start: subscription => subscription.StartedAt,
                plan: subscription => subscription.Plan,
                isTrial: subscription => subscription.Status == SubscriptionStatus.Trialing);
    }

    public static async Task TrackAsync(ILifecycleTracker tracker, Subscription subscription)
    {
        await tracker.TrackAsync(new TrialStarted
        {
            TrialId = $"{subscription.Id}", // your own id; not sent. Without it, the account's one trial
            TrialStartDate = subscription.StartedAt,
            TrialEndDate = subscription.TrialEndsAt,
            TrialPlanName = "Business",
        });
    }
}
