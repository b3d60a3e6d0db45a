using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>What the application tells of a change that was seen too is one event, and the application's word counts in it.</summary>
public sealed class ToldChangesTests
{
    private readonly Scope _scope = new();

    [Fact]
    public void A_sign_up_that_is_told_too_is_one_with_the_applications_word()
    {
        var messages = _scope.Compose(null, _scope.Told(new SignedUp { UserId = "peter", Type = "partner", GroupId = "a" }), _scope.Created("peter"));

        Assert.Equal(["identify", "Signed Up"], messages.Select(message => message.EventName));
        Assert.Equal(("partner", "peter@example.com", "a"), Assert.IsType<SignedUp>(messages[1].Event) is var signedUp ? (signedUp.Type, signedUp.Email, messages[1].GroupId) : default);
        Assert.Contains(_scope.Log.Ours, line => line.Message == $"Signed Up was not tracked: {Reasons.Duplicate}.");
    }

    [Fact]
    public void A_member_who_is_told_too_is_added_once_in_the_role_that_is_told()
    {
        var message = Assert.Single(_scope.Compose(
            null, _scope.Told(new AccountAddedUser { UserId = "peter", Role = "Owner" }), _scope.Joined("peter", "a")), told => told.Event is not null);

        Assert.Equal(("Owner", "a"), (((AccountAddedUser)message.Event!).Role, message.GroupId));
    }

    [Fact]
    public void A_member_who_is_told_of_another_account_is_another() => Assert.Equal(
        ["identify peter a", "Account Added User peter b", "Account Added User peter a"],
        _scope.Events(null, _scope.Told(new AccountAddedUser { UserId = "peter", GroupId = "b" }), _scope.Joined("peter", "a")));

    [Fact]
    public void A_member_added_twice_is_added_once_in_the_role_that_either_names()
    {
        var message = Assert.Single(_scope.Compose(null, _scope.Joined("peter", "a"), _scope.Joined("peter", "a") with { Role = "Owner" }), told => told.Event is not null);

        Assert.Equal("Owner", ((AccountAddedUser)message.Event!).Role);
    }

    [Fact]
    public void A_user_who_is_made_and_deleted_never_was()
    {
        CapturedFact created = _scope.Created("peter"), deleted = new UserDeleted { Key = "d", UserId = "peter", At = Scope.Start };

        Assert.Empty(_scope.Events(null, created, deleted));
        Assert.Equal(["identify peter", "Signed Up peter"], _scope.Events(null, created, deleted, created));
    }
}
