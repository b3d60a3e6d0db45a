using Intilery.AspNetCore.Tests.Documentation.Snippets;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>The endpoints of the documentation, run as they are shown.</summary>
public sealed class EndpointDocumentationTests
{
    [Fact]
    public async Task Each_attribute_on_a_controller_yields_its_event_at_the_first_run()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, [typeof(TeamsController)]);

        Assert.Equal(200, await app.PostFormAsync("/teams", ("Name", "Initech")));
        Assert.Equal(302, await app.PostFormAsync("/teams/t1/invites", ("Email", "bob@example.com"), ("FirstName", "Bob"), ("LastName", "Porter"), ("Role", "Owner")));
        Assert.Equal(302, await app.PostFormAsync("/teams/t1/members"));
        Assert.Equal(302, await app.PostFormAsync("/teams/t1/members/milton/remove"));
        Assert.Equal(200, await app.PostFormAsync("/teams/t1/trial", ("Plan.Name", "Business")));
        Assert.Equal(200, await app.PostFormAsync("/teams/t1/trial/end?startedAt=2026-01-01&endedAt=2026-01-15T10:00Z"));
        Assert.Equal(200, await app.PostFormAsync("/teams/t1/report?format=csv"));
        Assert.Equal(302, await app.PostFormAsync("/teams/t1/delete?name=Initech"));

        Assert.Equal(
            [
                """Account Created peter@t1 {"account_name":"Initech"}""",
                """Invite Sent peter@t1 {"invitee_email":"bob@example.com","invitee_first_name":"Bob","invitee_last_name":"Porter","invitee_role":"Owner"}""",
                """Account Added User peter@t1 {"role":"Member"}""",
                "Account Removed User milton@t1 {}",
                """Trial Started peter@t1 {"trial_start_date":"2026-01-01T00:00:00Z","trial_end_date":"2026-01-15T00:00:00Z","trial_plan_name":"Business"}""",
                """Trial Ended peter@t1 {"trial_start_date":"2026-01-01T00:00:00Z","trial_end_date":"2026-01-15T10:00:00Z","trial_plan_name":"Business"}""",
                """Report Exported peter@acme {"format":"csv","plan":"Gold","source":"dashboard"}""",
                """Account Deleted peter@t1 {"account_name":"Initech"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task Each_line_of_the_minimal_API_does_too()
    {
        await using var app = await EndpointApp.StartAsync(Routes.Map);

        await app.PostAsync("/api/teams", new NewTeam("Initech"));
        await app.PostAsync("/api/invites", new NewInvite[] { new("bob@example.com", null, null, null), new("bill@example.com", null, null, "Owner") });
        await app.PostAsync("/api/members/milton", new NewTeam("t1"));
        await app.PostAsync("/demo/report");

        Assert.Equal(
            [
                """Account Created peter@t1 {"account_name":"Initech"}""",
                """Invite Sent peter@acme {"invitee_email":"bob@example.com","invitee_role":"Guest"}""",
                """Invite Sent peter@acme {"invitee_email":"bill@example.com","invitee_role":"Guest"}""",
                "Account Added User milton@t1 {}",
            ],
            await app.RecordedAsync());
        Assert.Equal(["skipped"], app.Reasons());
    }
}
