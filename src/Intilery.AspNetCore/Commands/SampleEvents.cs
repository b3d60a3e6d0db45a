using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// One of each of the specification's events, with every property that it lists, to be marked valid in Intilery. All of it
/// is marked as a sample, and its addresses are reserved ones.
/// </summary>
internal static class SampleEvents
{
    /// <summary>The user and the account of all samples.</summary>
    public const string Id = "intilery-sample";

    private const string Name = "Intilery sample";
    private const string Email = "sample@intilery.example";
    private static readonly TimeSpan _trial = TimeSpan.FromDays(14);

    public static IReadOnlyList<LifecycleEvent> Of(DateTimeOffset now) =>
    [
        new AccountCreated { AccountName = Name },
        new AccountDeleted { AccountName = Name },
        new SignedUp
        {
            Type = "organic",
            FirstName = "Intilery",
            LastName = "Sample",
            Email = Email,
            Phone = "000-000-0000",
            Username = Email,
            Title = "Sample",
        },
        new SignedIn { Username = Email },
        new SignedOut { Username = Email },
        new InviteSent { InviteeEmail = Email, InviteeFirstName = "Intilery", InviteeLastName = "Sample", InviteeRole = "Sample" },
        new AccountAddedUser { Role = "Sample" },
        new AccountRemovedUser(),
        new TrialStarted { TrialStartDate = now, TrialEndDate = now + _trial, TrialPlanName = Name },
        new TrialEnded { TrialStartDate = now - _trial, TrialEndDate = now, TrialPlanName = Name },
    ];
}
