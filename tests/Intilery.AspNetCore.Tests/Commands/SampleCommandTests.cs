using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class SampleCommandTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Each_of_the_ten_events_is_sent_once_and_the_output_says_what_to_do_then()
    {
        await using var api = await TrackingApi.StartAsync();

        var (exitCode, output) = await RunAsync(api, "intilery", "samples");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            $"""
            Sending one sample of each event to {api.BaseAddress}/track/acme/acme/ACME, of the user and account 'intilery-sample':
              Account Created: accepted
              Account Deleted: accepted
              Signed Up: accepted
              Signed In: accepted
              Signed Out: accepted
              Invite Sent: accepted
              Account Added User: accepted
              Account Removed User: accepted
              Trial Started: accepted
              Trial Ended: accepted

            Intilery accepts every event, but keeps an event only after somebody has marked it valid. Now, in Intilery:
              1. Sign in at https://acme.intilery.com and open Schema.
              2. Find each of these events and mark it valid: Account Created, Account Deleted, Signed Up, Signed In, Signed Out, Invite Sent, Account Added User, Account Removed User, Trial Started, Trial Ended.
              3. Run this once more: the events are recorded from then on. The profile 'intilery-sample' can be deleted.

            """,
            output);
        Assert.Equal(10, api.Accepted.Count);
    }

    [Fact]
    public async Task A_sample_has_every_property_of_the_specification_and_says_that_it_is_one()
    {
        await using var api = await TrackingApi.StartAsync();

        await RunAsync(api, "intilery", "samples");

        Assert.Equal(
            [
                """Account Created {"account_name":"Intilery sample"}""",
                """Account Deleted {"account_name":"Intilery sample"}""",
                """Signed Up {"type":"organic","first_name":"Intilery","last_name":"Sample","email":"sample@intilery.example","phone":"000-000-0000","username":"sample@intilery.example","title":"Sample"}""",
                """Signed In {"username":"sample@intilery.example"}""",
                """Signed Out {"username":"sample@intilery.example"}""",
                """Invite Sent {"invitee_email":"sample@intilery.example","invitee_first_name":"Intilery","invitee_last_name":"Sample","invitee_role":"Sample"}""",
                """Account Added User {"role":"Sample"}""",
                """Account Removed User {}""",
                """Trial Started {"trial_start_date":"2026-03-01T12:00:00Z","trial_end_date":"2026-03-15T12:00:00Z","trial_plan_name":"Intilery sample"}""",
                """Trial Ended {"trial_start_date":"2026-02-15T12:00:00Z","trial_end_date":"2026-03-01T12:00:00Z","trial_plan_name":"Intilery sample"}""",
            ],
            api.Accepted.Select(call => $"{call.Event} {call.Call["properties"]!.ToJsonString()}"));
        Assert.All(api.Accepted, call => Assert.Equal(("intilery-sample", "intilery-sample"), (call.UserId, call.GroupId)));
    }

    [Fact]
    public async Task A_wrong_set_up_is_said_once()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.Forbidden);

        var (exitCode, output) = await RunAsync(api, "intilery", "samples");

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"""
            Sending one sample of each event to {api.BaseAddress}/track/acme/acme/ACME, of the user and account 'intilery-sample':
              Account Created: 403
            Intilery accepted none of them. Intilery does not accept the token for this account. Check Intilery:AuthToken, and that it belongs to Intilery:ClientId, Intilery:AccountId and Intilery:BrandId. Then run this again.

            """,
            output);
    }

    [Theory]
    [InlineData("http", " cannot be connected to. Check Intilery:BaseAddress, and whether a firewall blocks it; if a proxy is needed, set HTTPS_PROXY.")]
    [InlineData("https", "There is no secure connection to ")]
    public async Task An_address_that_cannot_be_reached_is_said_once_and_not_put_down_to_the_account(string scheme, string advice)
    {
        await using var api = await TrackingApi.StartAsync();
        var address = scheme == "http" ? $"http://127.0.0.1:{ClosedPort.Next()}" : api.BaseAddress.Replace("http:", "https:", StringComparison.Ordinal);

        var (exitCode, output) = await RunAsync(address, "intilery", "samples");

        Assert.Equal(1, exitCode);
        Assert.Equal(3, output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(advice, output, StringComparison.Ordinal);
        Assert.DoesNotContain("AuthToken", output, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task An_address_that_does_not_answer_in_time_is_said_once()
    {
        await using var api = await TrackingApi.StartAsync();
        var never = api.HoldNextAnswer();

        var running = RunAsync(api, "intilery", "samples");
        await never.Arrived;
        _clock.Advance(TimeSpan.FromSeconds(10));
        var (exitCode, output) = await running;

        Assert.Equal(1, exitCode);
        Assert.EndsWith(
            $"""
              Account Created: no answer within 10 seconds
            Intilery accepted none of them. {new Uri(api.BaseAddress).Authority} did not answer within 10 seconds. Check whether a firewall blocks it; if it is only slow, raise Intilery:Delivery:RequestTimeout. Then run this again.

            """,
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_refused_sample_does_not_keep_the_others_back()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, body) => body.Contains("Signed Out", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : null);

        var (exitCode, output) = await RunAsync(api, "intilery", "samples");

        Assert.Equal(1, exitCode);
        Assert.Equal(9, api.Accepted.Count);
        Assert.Contains("  Signed Out: 400", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Signed Out,", output, StringComparison.Ordinal);
        Assert.Contains("Not all of them were accepted. Intilery reads the sample and rejects it.", output, StringComparison.Ordinal);
        Assert.Contains("Find each of these events and mark it valid: Account Created,", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_account_nothing_is_sent_and_the_output_names_the_settings()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());
        var output = new StringWriter();

        Assert.Equal(1, await host.Application.RunIntileryCommandAsync(["intilery", "samples"], output, TestContext.Current.CancellationToken));

        Assert.Equal(
            $"Samples go to an account, and none is configured: set Intilery__ClientId and Intilery__AuthToken.{Environment.NewLine}", output.ToString());
    }

    [Fact]
    public async Task Wrong_options_are_said_and_not_thrown()
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["ClientId"] = "Acme" });
        var output = new StringWriter();

        Assert.Equal(1, await host.Application.RunIntileryCommandAsync(["intilery", "samples"], output, TestContext.Current.CancellationToken));

        Assert.Equal(
            ["Intilery:AuthToken", "Intilery:ClientId"],
            output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData]
    [InlineData("--urls", "http://localhost")]
    [InlineData("samples")]
    public async Task Other_arguments_are_the_applications_own(params string[] args)
    {
        await using var api = await TrackingApi.StartAsync();

        var (exitCode, output) = await RunAsync(api, args);

        Assert.Null(exitCode);
        Assert.Empty(output);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Without_the_services_the_call_that_is_missing_is_named()
    {
        using var host = Host.CreateEmptyApplicationBuilder(null).Build();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.RunIntileryCommandAsync(["intilery", "samples"], TextWriter.Null, TestContext.Current.CancellationToken));

        Assert.Contains("builder.Services.AddIntilery()", exception.Message, StringComparison.Ordinal);
    }

    private Task<(int? ExitCode, string Output)> RunAsync(TrackingApi api, params string[] args) => RunAsync(api.BaseAddress, args);

    private async Task<(int? ExitCode, string Output)> RunAsync(string address, params string[] args)
    {
        using var host = WorkerHost.Create(
            "Production",
            new Dictionary<string, string?>
            {
                ["ClientId"] = TrackingApi.ClientId,
                ["AuthToken"] = TrackingApi.Token,
                ["BaseAddress"] = address,
            },
            services: services => services.AddSingleton<TimeProvider>(_clock));
        var output = new StringWriter();
        var exitCode = await host.Application.RunIntileryCommandAsync(args, output, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }
}
