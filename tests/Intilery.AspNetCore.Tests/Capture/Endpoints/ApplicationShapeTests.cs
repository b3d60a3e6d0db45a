using System.Net.Http.Json;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>The moment at which endpoints are looked at is right for every shape of application.</summary>
public sealed class ApplicationShapeTests
{
    [Theory]
    [InlineData("/invites")]
    [InlineData("/calls")]
    public async Task A_Startup_class_may_map_them(string path)
    {
        var log = new LogLines();
        using var host = Build<StartupWithEndpoints>(log);
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var client = host.GetTestClient();
        using var response = await client.PostAsJsonAsync(path, new InviteInput("bob@example.com"), TestContext.Current.CancellationToken);

        Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            """Captured Invite Sent of user peter, account none: {"invitee_email":"bob@example.com"}""", Assert.Single(log.Ours, line => line.Id == 200).Message);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_Startup_class_is_refused_before_it_serves()
    {
        using var host = Build<StartupWithWrongEndpoint>(new LogLines());

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("Intilery lifecycle tracking cannot make the events that endpoints ask for:", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_is_out_of_reach_is_refused_and_not_forgotten()
    {
        using var host = Build<StartupWithBranch>(new LogLines());

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.EndsWith(
            "* HTTP: POST /a: [TrackInviteSent] has no effect here. Call .TrackInviteSent() where it is mapped, or use ILifecycleTracker in its code.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_the_line_or_switched_off_attributes_are_inert_and_not_checked(bool isWritten)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Intilery:Enabled", isWritten ? "false" : "true")]);
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseTestServer();
        await using var app = builder.Build();
        if (isWritten)
        {
            app.UseIntileryLifecycleTracking();
        }

        app.MapPost("/a", [TrackInviteSent(InviteeEmailFrom = "nothing")] (InviteInput input) => "ok");
        app.MapPost("/b", (InviteInput input) => "ok").TrackInviteSent();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        foreach (var path in new[] { "/a", "/b" })
        {
            using var response = await client.PostAsJsonAsync(path, new InviteInput("bob@example.com"), TestContext.Current.CancellationToken);
            Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.All(log.Ours, line => Assert.Equal(isWritten ? 3 : 11, line.Id));
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_built_is_the_host_s_to_hear_of()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapGroup("/broken").MapGet("/a", (InviteInput one, TeamInput two) => "two bodies");
            routes.MapGroup("/works").MapPost("/b", [TrackInviteSent] (InviteInput input) => "ok");
        });

        Assert.Contains(app.Log.Ours, line => line.Id == 101 && line.Message.Contains("looking at the endpoints", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_filter_of_ours_changes_no_answer()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/with/{id}", [TrackInviteSent] (string id, InviteInput input) => TypedResults.Created($"/x/{id}", input));
            routes.MapPost("/without/{id}", (string id, InviteInput input) => TypedResults.Created($"/x/{id}", input));
        });

        Assert.Equal(await AnswerAsync(app, "/without/7"), await AnswerAsync(app, "/with/7"));
    }

    [Fact]
    public void Only_assemblies_that_mention_the_attributes_cause_a_look()
    {
        Assert.True(EndpointAttributeUse.Mentions(typeof(ApplicationShapeTests).Assembly));
        Assert.False(EndpointAttributeUse.Mentions(typeof(object).Assembly));
        Assert.False(EndpointAttributeUse.Mentions(typeof(global::Program).Assembly));
    }

    private static async Task<string> AnswerAsync(EndpointApp app, string path)
    {
        using var response = await app.Client.PostAsJsonAsync(path, new InviteInput("bob@example.com"), TestContext.Current.CancellationToken);
        return $"{response.StatusCode} {response.Headers} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
    }

    private static IHost Build<TStartup>(LogLines log)
        where TStartup : class => Host.CreateDefaultBuilder()
        .UseEnvironment("Development")
        .ConfigureLogging(logging => logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug))
        .ConfigureWebHostDefaults(web => web.UseStartup<TStartup>().UseTestServer())
        .Build();
}
