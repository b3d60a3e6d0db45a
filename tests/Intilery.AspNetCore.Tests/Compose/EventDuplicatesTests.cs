using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class EventDuplicatesTests : IDisposable
{
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);

    [Fact]
    public void The_first_stays_with_what_only_the_others_knew()
    {
        Assert.Equal(
            [new TrialStarted { TrialPlanName = "Business", TrialEndDate = DateTimeOffset.UnixEpoch }],
            Fold(new TrialStarted { TrialPlanName = "Business" }, new TrialStarted { TrialPlanName = "Other", TrialEndDate = DateTimeOffset.UnixEpoch }));
        Assert.Equal([new TrialEnded { TrialPlanName = "Business" }], Fold(new TrialEnded(), new TrialEnded { TrialPlanName = "Business" }));
        Assert.Equal([new AccountCreated { AccountName = "Initech" }], Fold(new AccountCreated(), new AccountCreated { AccountName = "Initech" }));
        Assert.Equal([new AccountDeleted { AccountName = "Initech" }], Fold(new AccountDeleted { AccountName = "Initech" }, new AccountDeleted()));
        Assert.Equal([new AccountAddedUser { Role = "Owner" }], Fold(new AccountAddedUser { Role = "Owner" }, new AccountAddedUser { Role = "Guest" }));
        Assert.Equal([new AccountRemovedUser()], Fold(new AccountRemovedUser(), new AccountRemovedUser()));
    }

    [Fact]
    public void Other_invitees_users_accounts_and_events_are_other_things()
    {
        Assert.Equal(2, Fold(new InviteSent { InviteeEmail = "a@example.com" }, new InviteSent { InviteeEmail = "b@example.com" }).Count);
        Assert.Equal(2, Fold(new AccountAddedUser(), new AccountRemovedUser()).Count);
        Assert.Equal(2, EventDuplicates.Coalesce([Draft(new AccountCreated(), "u1", "a"), Draft(new AccountCreated(), "u1", "b")], _diagnostics.Diagnostics).Count);
        Assert.Equal(2, EventDuplicates.Coalesce([Draft(new AccountRemovedUser(), "u1", "a"), Draft(new AccountRemovedUser(), "u2", "a")], _diagnostics.Diagnostics).Count);
    }

    [Fact]
    public void What_the_application_names_itself_is_as_often_as_it_is_told() =>
        Assert.Equal(2, Fold(new CustomEvent("Report Exported"), new CustomEvent("Report Exported")).Count);

    public void Dispose() => _diagnostics.Dispose();

    private IReadOnlyList<LifecycleEvent> Fold(params LifecycleEvent[] told) =>
        [.. EventDuplicates.Coalesce([.. told.Select(each => Draft(each, "u1", "acme"))], _diagnostics.Diagnostics).Select(draft => draft.Message.Event!)];

    private static Draft Draft(LifecycleEvent told, string userId, string groupId) => new(
        new ScopeFact(new EventTracked { Key = "k", UserId = userId, At = default, Event = told }),
        new Message { Event = told, UserId = userId, GroupId = groupId });
}
