using System.Text;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class ScopeComposerTests
{
    private readonly Scope _scope = new();

    [Theory]
    [InlineData(true, false, "invited")]
    [InlineData(true, true, "organic")]
    [InlineData(false, false, "organic")]
    public void A_new_user_who_joins_an_account_that_was_there_before_is_invited(bool joinsExisting, bool isMadeHere, string type)
    {
        var scope = new Scope();
        var facts = new List<CapturedFact> { scope.Created("peter"), scope.Joined("peter", "acme") with { JoinsExisting = joinsExisting }, scope.In("peter", "acme") };
        if (isMadeHere)
        {
            facts.Insert(0, scope.Told(new AccountCreated { GroupId = "acme" }));
        }

        Assert.Equal([type], scope.Compose(null, [.. facts]).Select(message => message.Event).OfType<SignedUp>().Select(signedUp => signedUp.Type));
    }

    [Fact]
    public void A_member_of_whom_nothing_was_told_is_identified_once_and_what_is_told_later_is_told()
    {
        Assert.Equal(["identify peter a", "Account Added User peter a"], _scope.Events(null, _scope.Joined("peter", "a")));
        Assert.Equal(["Account Added User peter b"], _scope.Events(null, _scope.Joined("peter", "b")));
        Assert.Equal(["identify peter", "Signed Up peter"], _scope.Events(null, _scope.Created("peter")));
        Assert.Equal(["Account Added User peter c"], _scope.Events(null, _scope.Joined("peter", "c")));
    }

    [Fact]
    public void The_events_of_an_import_are_in_order_for_each_user_and_none_is_dated_into_the_future()
    {
        var scope = new Scope();
        var facts = Enumerable.Range(0, 3_000).Select(i => scope.Created($"u{i}") with { At = Scope.Start }).ToArray();

        var messages = scope.Compose(null, facts);

        Assert.Equal(6_000, messages.Count);
        Assert.InRange(messages.Max(message => message.Timestamp!.Value), Scope.Start, Scope.Start + TimeSpan.FromMilliseconds(100));
        Assert.All(messages.GroupBy(message => message.UserId), ofUser => Assert.Equal(
            ["identify", "Signed Up"], ofUser.OrderBy(message => message.Timestamp).Select(message => message.EventName)));
        Assert.All(messages.GroupBy(message => message.UserId), ofUser => Assert.Equal(2, ofUser.DistinctBy(message => message.Timestamp).Count()));
    }

    [Fact]
    public void Members_who_go_with_their_account_are_not_told_of_each()
    {
        var left = new MemberRemoved { Key = "r", UserId = "samir", At = Scope.Start, GroupId = "acct_1" };

        Assert.Equal(
            ["Account Deleted peter acct_1", "identify samir acct_2", "Account Removed User samir acct_2"],
            _scope.Events(
                "peter", left, left with { Key = "s", UserId = "peter" }, _scope.Told(new AccountDeleted { GroupId = "acct_1", UserId = "peter" }),
                left with { Key = "t", GroupId = "acct_2" }));
        Assert.Equal(["account-deleted", "account-deleted"], _scope.Reasons);
    }

    [Fact]
    public void A_new_user_is_identified_and_then_signed_up() =>
        Assert.Equal(["identify peter", "Signed Up peter"], _scope.Events(null, _scope.Created("peter")));

    [Fact]
    public void A_sign_in_comes_after_the_sign_up_of_the_same_scope_whatever_happened_first() =>
        Assert.Equal(
            ["identify peter", "Signed Up peter", "Signed In peter"],
            _scope.Events(null, _scope.In("peter"), _scope.Created("peter")));

    [Fact]
    public void A_sign_out_comes_after_all_else_of_its_user() =>
        Assert.Equal(
            ["identify peter", "Signed Out peter acct_1"],
            _scope.Events("peter", _scope.Out("peter"), _scope.Changed("peter", Scope.Profile("peter"))));

    [Fact]
    public void Another_users_messages_keep_their_places() =>
        Assert.Equal(
            ["identify peter", "Signed Up peter", "identify mary", "Signed Up mary", "Signed In peter"],
            _scope.Events(null, _scope.In("peter"), _scope.Created("mary"), _scope.Created("peter")));

    [Fact]
    public void Times_ascend_by_at_least_a_millisecond()
    {
        var created = _scope.Created("peter");
        var messages = _scope.Compose(null, created, _scope.In("peter") with { At = created.At });

        Assert.Equal(
            [created.At, created.At.AddMilliseconds(1), created.At.AddMilliseconds(2)],
            messages.Select(message => message.Timestamp!.Value));
    }

    [Fact]
    public void The_same_change_has_the_same_message_ids_whoever_settles_it()
    {
        var created = _scope.Created("peter");

        Assert.Equal(
            new Scope().Compose(null, created).Select(message => message.MessageId),
            new Scope().Compose("mary", created).Select(message => message.MessageId));
    }

    [Fact]
    public void A_user_made_by_another_signed_in_person_was_invited_and_has_none_of_that_persons_browser()
    {
        var signedUp = _scope.Compose("admin", _scope.Created("peter")).Single(message => message.Event is SignedUp);

        Assert.Equal("invited", ((SignedUp)signedUp.Event!).Type);
        Assert.Null(signedUp.Browser);
        Assert.Null(signedUp.AnonymousId);
    }

    [Fact]
    public void A_user_made_and_signed_in_by_the_same_request_is_organic_whoever_was_signed_in_before()
    {
        var signedUp = _scope.Compose("mary", _scope.Created("peter"), _scope.In("peter")).Single(message => message.Event is SignedUp);

        Assert.Equal("organic", ((SignedUp)signedUp.Event!).Type);
    }

    [Fact]
    public void Who_registers_while_nobody_is_signed_in_sits_at_the_browser()
    {
        var messages = _scope.Compose(null, _scope.Created("peter"));

        Assert.All(messages, message => Assert.Equal(Scope.PetersBrowser, message.Browser));
        Assert.All(messages, message => Assert.Equal("anon-1", message.AnonymousId));
    }

    [Fact]
    public void Of_several_users_made_by_an_anonymous_request_none_sits_at_its_browser() =>
        Assert.All(_scope.Compose(null, _scope.Created("peter"), _scope.Created("mary")), message => Assert.Null(message.Browser));

    [Fact]
    public void After_a_switch_of_user_the_anonymous_id_is_still_the_former_ones()
    {
        var signedIn = _scope.Compose("mary", _scope.In("peter")).Single(message => message.Event is SignedIn);

        Assert.Equal("Mozilla/5.0", signedIn.Browser!.UserAgent);
        Assert.Null(signedIn.AnonymousId);
        Assert.DoesNotContain("anon-1", Encoding.UTF8.GetString(MessageWriter.Write(signedIn)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sign_up_is_in_the_account_that_the_user_joined_by_the_end_of_its_scope() =>
        Assert.Equal(
            ["identify peter acct_123", "Signed Up peter acct_123", "Account Added User peter acct_123"],
            _scope.Events(null, _scope.Created("peter"), _scope.Joined("peter", "acct_123")));

    [Fact]
    public void A_sign_up_is_in_the_tenant_that_was_resolved_then_unless_a_membership_says_otherwise()
    {
        Assert.Equal(
            ["identify peter acme", "Signed Up peter acme"], _scope.Events(null, _scope.Created("peter") with { TenantId = "acme" }));
        Assert.Equal(
            ["identify mary joined", "Signed Up mary joined"],
            _scope.Events(null, _scope.Created("mary") with { TenantId = "acme" }, _scope.Joined("mary", "joined")).Where(line => !line.StartsWith("Account", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_sign_up_into_several_accounts_is_in_none() =>
        Assert.Equal(
            ["identify peter", "Signed Up peter", "Account Added User peter a", "Account Added User peter b"],
            _scope.Events(null, _scope.Created("peter"), _scope.Joined("peter", "a"), _scope.Joined("peter", "b")));

    [Fact]
    public void A_sign_in_is_in_the_account_of_its_own_principal() =>
        Assert.Equal(
            ["identify peter acct_2", "Signed In peter acct_2"],
            _scope.Events(null, _scope.In("peter", "acct_2")));

    [Fact]
    public void Several_changes_of_a_profile_in_one_scope_are_one_identify_with_what_they_amount_to()
    {
        var identify = Assert.Single(_scope.Compose(
            "peter",
            _scope.Changed("peter", new Profile { Email = "new@example.com" }),
            _scope.Changed("peter", new Profile { Email = "new@example.com", Username = "new" })));

        Assert.Equal(new Profile { Email = "new@example.com", Username = "new" }, identify.Traits);
    }

    [Fact]
    public void An_unchanged_identify_within_a_day_is_not_sent_again()
    {
        Assert.Equal(["identify peter", "Signed In peter"], _scope.Events(null, _scope.In("peter")));
        Assert.Equal(["Signed In peter"], _scope.Events(null, _scope.In("peter")));
        Assert.Contains(_scope.Log.Ours, line => line.Message == $"identify was not tracked: {Reasons.Unchanged}.");

        _scope.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["identify peter", "Signed In peter"], _scope.Events(null, _scope.In("peter")));
    }

    [Fact]
    public void A_sign_in_that_knows_less_of_a_person_than_their_row_is_no_news()
    {
        var row = Scope.Profile("peter") with { Phone = "410-555-9412" };
        Assert.Equal(
            ["identify peter acct_1", "Account Added User peter acct_1"],
            _scope.Events("peter", _scope.Changed("peter", row), _scope.Joined("peter", "acct_1")));

        Assert.Equal(["Signed In peter"], _scope.Events("peter", _scope.In("peter")));
    }

    [Fact]
    public void Identify_can_be_switched_off()
    {
        var scope = new Scope(options => options.Identify = false);

        Assert.Equal(["Signed Up peter", "Signed In peter"], scope.Events(null, scope.Created("peter"), scope.In("peter")));
    }
}
