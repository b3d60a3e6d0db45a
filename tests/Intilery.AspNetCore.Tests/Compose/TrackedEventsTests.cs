using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>What a scope adds to the events that the application tells in it.</summary>
public sealed class TrackedEventsTests
{
    private readonly Scope _scope = new();

    [Fact]
    public void An_event_that_names_nobody_is_about_the_person_of_the_scope_and_has_their_browser()
    {
        var message = Assert.Single(_scope.Compose("peter", _scope.Told(new InviteSent())));

        Assert.Equal(("peter", "anon-1", Scope.PetersBrowser), (message.UserId, message.AnonymousId, message.Browser));
    }

    [Fact]
    public void An_event_about_another_user_has_none_of_the_persons_browser()
    {
        var message = Assert.Single(_scope.Compose("peter", _scope.Told(new AccountAddedUser { UserId = "mary" })));

        Assert.Equal(("mary", null, null), (message.UserId, message.AnonymousId, message.Browser));
    }

    [Fact]
    public void Before_anybody_was_signed_in_it_is_about_who_is_being_signed_in() =>
        Assert.Equal(
            ["identify peter acct_2", "Signed In peter acct_2", "Invite Sent peter acct_2"],
            _scope.Events(null, _scope.Told(new InviteSent()), _scope.In("peter", "acct_2")));

    [Fact]
    public void Or_about_the_one_user_who_is_created_and_in_the_account_that_is_created() =>
        Assert.Equal(
            [
                "identify peter acct_9", "Signed Up peter acct_9", "Account Created peter acct_9", "Trial Started peter acct_9",
                "Report Exported peter acct_9",
            ],
            _scope.Events(
                null,
                _scope.Told(new CustomEvent("Report Exported")),
                _scope.Told(new TrialStarted()),
                _scope.Created("peter"),
                _scope.Told(new AccountCreated { GroupId = "acct_9" })));

    [Fact]
    public void Of_several_created_users_none_is_the_one_it_is_about()
    {
        Assert.DoesNotContain("Invite Sent", string.Join(',', _scope.Events(null, _scope.Created("peter"), _scope.Created("mary"), _scope.Told(new InviteSent()))), StringComparison.Ordinal);
        Assert.Contains(_scope.Log.Ours, line => line.Message == $"Invite Sent was not tracked: {Reasons.NoUser}.");
    }

    [Fact]
    public void An_event_of_an_anonymous_browser_needs_no_user_and_has_that_browser()
    {
        var message = Assert.Single(_scope.Compose(null, _scope.Told(new CustomEvent("Plan Compared") { AnonymousId = "anon-1" })));

        Assert.Equal((null, "anon-1", Scope.PetersBrowser), (message.UserId, message.AnonymousId, message.Browser));
    }

    [Fact]
    public void An_event_of_another_anonymous_browser_does_not_have_this_one()
    {
        var message = Assert.Single(_scope.Compose(null, _scope.Told(new CustomEvent("Plan Compared") { AnonymousId = "anon-2" })));

        Assert.Equal((null, "anon-2", null), (message.UserId, message.AnonymousId, message.Browser));
    }

    [Fact]
    public void The_account_is_the_events_own_then_the_one_joined_or_created_then_the_principals()
    {
        Assert.Equal(["identify peter joined", "Account Added User peter joined", "Invite Sent peter own"], _scope.Events("peter", _scope.Joined("peter", "joined"), _scope.Told(new InviteSent { GroupId = "own" }, "ambient")));
        Assert.Equal(["Account Added User peter joined", "Invite Sent peter joined"], _scope.Events("peter", _scope.Joined("peter", "joined"), _scope.Told(new InviteSent(), "ambient")));
        Assert.Equal(["Invite Sent peter ambient"], _scope.Events("peter", _scope.Told(new InviteSent(), "ambient")));
    }

    [Fact]
    public void An_account_that_is_created_is_never_the_one_that_its_creator_was_in() =>
        Assert.Equal(["Account Created peter"], _scope.Events("peter", _scope.Told(new AccountCreated(), "ambient")));

    [Fact]
    public void A_member_added_by_somebody_else_is_in_the_account_that_was_created() =>
        Assert.Equal(
            ["Account Added User mary acct_9", "Account Created peter acct_9"],
            _scope.Events("peter", _scope.Told(new AccountAddedUser { UserId = "mary" }, "old"), _scope.Told(new AccountCreated { GroupId = "acct_9" }, "old")));

    [Fact]
    public void What_ends_comes_last_whenever_it_was_told() =>
        Assert.Equal(
            ["Invite Sent peter", "Account Removed User peter", "Account Deleted peter", "Signed Out peter acct_1"],
            _scope.Events(
                "peter",
                _scope.Out("peter"),
                _scope.Told(new AccountDeleted()),
                _scope.Told(new AccountRemovedUser()),
                _scope.Told(new InviteSent())));

    [Fact]
    public void A_date_of_its_own_is_kept_and_moves_no_other()
    {
        var longAgo = Scope.Start.AddYears(-1);
        var messages = _scope.Compose("peter", _scope.Told(new InviteSent { Timestamp = longAgo }), _scope.Told(new InviteSent()));

        Assert.Equal([longAgo, Scope.Start.AddMilliseconds(20)], messages.Select(message => message.Timestamp!.Value));
    }

    [Fact]
    public void Traits_that_are_told_are_one_identify_with_those_that_are_seen()
    {
        var identify = _scope.Compose(null, _scope.Created("peter"), _scope.Traits("peter", new Profile { Phone = "1" }, ("plan", "pro")))[0];

        Assert.Equal(Scope.Profile("peter") with { Phone = "1" }, identify.Traits);
        Assert.Equal(["plan"], identify.FreeTraits!.Keys);
    }

    [Fact]
    public void Told_traits_are_sent_where_identify_is_switched_off_and_only_those()
    {
        var scope = new Scope(options => options.Identify = false);

        var identify = scope.Compose(null, scope.Created("peter"), scope.Traits("peter", Profile.Empty, ("plan", "pro")))[0];

        Assert.Equal((Profile.Empty, "identify"), (identify.Traits, identify.EventName));
    }

    [Fact]
    public void Unchanged_told_traits_are_not_sent_again()
    {
        Assert.Equal(["identify peter"], _scope.Events("peter", _scope.Traits("peter", Profile.Empty, ("plan", "pro"))));
        Assert.Empty(_scope.Events("peter", _scope.Traits("peter", Profile.Empty, ("plan", "pro"))));
        Assert.Equal(["identify peter"], _scope.Events("peter", _scope.Traits("peter", Profile.Empty, ("plan", "free"))));
    }
}
