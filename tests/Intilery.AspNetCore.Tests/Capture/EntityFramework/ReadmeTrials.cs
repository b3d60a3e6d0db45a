using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>The README's words on accounts and trials, as they compile.</summary>
internal static class ReadmeTrials
{
    public static void Map(WebApplicationBuilder builder)
    {
        // README: from here
        builder.Services.AddIntilery()
            .MapAccounts<Team>(team => team.Id, team => team.Name, isDeleted: team => team.IsArchived)
            .MapTrials<Subscription>(
                subscription => subscription.Id,
                subscription => subscription.TeamId,
                end: subscription => subscription.TrialEndsAt,
                start: subscription => subscription.StartedAt,
                plan: subscription => subscription.Plan,
                isTrial: subscription => subscription.Status == SubscriptionStatus.Trialing);
        // to here
    }

    public static async Task TrackAsync(ILifecycleTracker tracker, Subscription subscription)
    {
        // README: from here
        await tracker.TrackAsync(new TrialStarted
        {
            TrialId = $"{subscription.Id}", // your own id; not sent. Without it, the account's one trial
            TrialStartDate = subscription.StartedAt,
            TrialEndDate = subscription.TrialEndsAt,
            TrialPlanName = "Business",
        });
        // to here
    }
}
