using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class RazorPageTests
{
    [Fact]
    public async Task A_page_s_attribute_is_about_its_posts_and_a_handler_s_own_goes_first()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, pages: true);

        Assert.Equal(200, await app.SendAsync(HttpMethod.Get, "/Invite"));
        Assert.Equal(302, await app.PostFormAsync("/Invite?role=Owner", ("Input.Email", "bob@example.com")));
        Assert.Equal(200, await app.PostFormAsync("/Invite?handler=Guest", ("Input.Email", "guest@example.com")));

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"bob@example.com","invitee_role":"Owner"}""",
                """Invite Sent peter@acme {"invitee_email":"guest@example.com","invitee_role":"Guest"}""",
                """Guest Invited peter@acme {"email":"guest@example.com"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task The_coverage_report_names_the_page_of_a_handler_s_attribute()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, pages: true);

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(TestContext.Current.CancellationToken);

        var line = report.Events.Single(line => line.EventName == LifecycleEventNames.InviteSent);
        Assert.Equal((CoverageStatus.Ready, "[TrackInviteSent] on /Invite"), (line.Status, line.Explanation));
    }

    [Fact]
    public async Task A_page_shown_again_with_errors_has_sent_nothing()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, pages: true);

        Assert.Equal(200, await app.PostFormAsync("/Invite", ("Input.Email", "taken@example.com")));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());
    }
}
