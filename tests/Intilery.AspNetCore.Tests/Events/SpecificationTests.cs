using System.Text;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Events;

/// <summary>Each example as the specification prints it.</summary>
public sealed class SpecificationTests
{
    private const string UserId = "019mr8mf4r";
    private const string GroupId = "acct_123";

    [Fact]
    public void Account_Created_reads_as_in_the_specification() => Reproduces(
        new AccountCreated { AccountName = "Initech" },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Account Created",
          "properties": {
            "account_name": "Initech"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Account_Deleted_reads_as_in_the_specification() => Reproduces(
        new AccountDeleted { AccountName = "Initech" },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Account Deleted",
          "properties": {
            "account_name": "Initech"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Signed_Up_reads_as_in_the_specification() => Reproduces(
        new SignedUp
        {
            Type = "organic",
            FirstName = "Peter",
            LastName = "Gibbons",
            Email = "pgibbons@example.com",
            Phone = "410-555-9412",
            Username = "pgibbons",
            Title = "Mr",
        },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Signed Up",
          "properties": {
            "type": "organic",
            "first_name": "Peter",
            "last_name": "Gibbons",
            "email": "pgibbons@example.com",
            "phone": "410-555-9412",
            "username": "pgibbons",
            "title": "Mr"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Signed_In_reads_as_in_the_specification() => Reproduces(
        new SignedIn { Username = "pgibbons" },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Signed In",
          "properties": {
            "username": "pgibbons"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Signed_Out_reads_as_in_the_specification() => Reproduces(
        new SignedOut { Username = "pgibbons" },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Signed Out",
          "properties": {
            "username": "pgibbons"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Invite_Sent_reads_as_in_the_specification() => Reproduces(
        new InviteSent
        {
            InviteeEmail = "pgibbons@example.com",
            InviteeFirstName = "Peter",
            InviteeLastName = "Gibbons",
            InviteeRole = "Owner",
        },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Invite Sent",
          "properties": {
            "invitee_email": "pgibbons@example.com",
            "invitee_first_name": "Peter",
            "invitee_last_name": "Gibbons",
            "invitee_role": "Owner"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Account_Added_User_reads_as_in_the_specification() => Reproduces(
        new AccountAddedUser { Role = "Owner" },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Account Added User",
          "properties": {
            "role": "Owner"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Account_Removed_User_reads_as_in_the_specification() => Reproduces(
        new AccountRemovedUser(),
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Account Removed User",
          "properties": {},
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Trial_Started_reads_as_in_the_specification() => Reproduces(
        new TrialStarted
        {
            TrialStartDate = new DateTimeOffset(2018, 8, 28, 6, 9, 47, TimeSpan.FromHours(2)),
            TrialEndDate = new DateTimeOffset(2018, 9, 20, 4, 9, 47, TimeSpan.Zero),
            TrialPlanName = "Business",
        },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Trial Started",
          "properties": {
              "trial_start_date": "2018-08-28T04:09:47Z",
              "trial_end_date": "2018-09-20T04:09:47Z",
              "trial_plan_name": "Business"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    [Fact]
    public void Trial_Ended_reads_as_in_the_specification() => Reproduces(
        new TrialEnded
        {
            TrialStartDate = new DateTimeOffset(2018, 8, 28, 4, 9, 47, TimeSpan.Zero),
            TrialEndDate = new DateTimeOffset(2018, 9, 19, 23, 9, 47, TimeSpan.FromHours(-5)),
            TrialPlanName = "Business",
        },
        """
        {
          "userId": "019mr8mf4r",
          "type": "track",
          "event": "Trial Ended",
          "properties": {
              "trial_start_date": "2018-08-28T04:09:47Z",
              "trial_end_date": "2018-09-20T04:09:47Z",
              "trial_plan_name": "Business"
          },
          "context": {
              "groupId": "acct_123"
              }
        }
        """);

    // White space apart, to the letter: members in the same order, nothing missing, nothing more.
    private static void Reproduces(LifecycleEvent lifecycleEvent, string example)
    {
        var written = MessageWriter.Write(new Message { UserId = UserId, GroupId = GroupId, Event = lifecycleEvent });
        Assert.Equal(JsonNode.Parse(example)!.ToJsonString(), Encoding.UTF8.GetString(written));
    }
}
