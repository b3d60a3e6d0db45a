using System.Text.Json.Nodes;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Commands;

/// <summary>The embedded outbox belongs to the process that has it open; a command is another process.</summary>
public sealed class IntileryCommandTests : IDisposable
{
    private const string Destination = "http://127.0.0.1:9/track/acme/acme/ACME";
    private const string Former = "https://tracking.test/track/former/former/FORMER";

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Status_is_answered_by_the_process_that_has_the_outbox_open()
    {
        using var application = await StartAsync();
        await RecordAsync(application, Row(1) with { Destination = Destination }, Row(2) with { Destination = Former });

        var (exitCode, output) = await RunAsync("status");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            [
                $"Destination: {Destination}",
                "Delivery: off in the running process, by Intilery:Delivery:Enabled",
                "Waiting: 1 event, the oldest for",
                "Rejected: nothing",
                $"Waiting for another destination: {Former}: 1 event, 0 running trials",
            ],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.StartsWith("Waiting: ", StringComparison.Ordinal) ? line[..line.IndexOf(" for ", StringComparison.Ordinal)] + " for" : line));
        Assert.Empty(LeftBehind());
    }

    [Fact]
    public async Task Status_is_the_same_as_json_and_where_no_process_has_the_outbox_open()
    {
        using (var application = await StartAsync())
        {
            await RecordAsync(application, Row(1) with { Destination = Destination }, Row(2) with { Destination = Former });
            await application.Application.StopAsync(TestContext.Current.CancellationToken);
        }

        var (exitCode, output) = await RunAsync("status", "--json");

        var status = JsonNode.Parse(output)!.AsObject();
        Assert.True(status["oldestWaitingSeconds"]!.GetValue<double>() > 0);
        status.Remove("oldestWaitingSeconds");
        Assert.Equal(0, exitCode);
        Assert.Equal(
            $$"""{"destination":"{{Destination}}","delivery":"no process of the application runs","processes":null,"waiting":1,"rejected":0,"ofNewerVersion":0,"otherDestinations":[{"address":"{{Former}}","events":1,"runningTrials":0}]}""",
            status.ToJsonString());
    }

    [Fact]
    public async Task Rejected_events_are_listed_retried_and_purged()
    {
        using var application = await StartAsync();
        var store = application.Services.GetRequiredService<IOutboxStore>();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var id in (long[])[1, 2, 3])
        {
            await RecordAsync(application, Row(id) with { Destination = Destination });
            var letter = new DeadLetter(Row(id) with { Destination = Destination }, "userId must not be empty", now);
            await store.RejectAsync(letter, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            (0, Lines(
                $"1  {now:yyyy-MM-dd HH:mm:ss}Z  Signed In  u1: userId must not be empty",
                $"2  {now:yyyy-MM-dd HH:mm:ss}Z  Signed In  u1: userId must not be empty",
                "The next page: intilery dead-letters list --after 2")),
            await RunAsync("dead-letters", "list", "--max", "2"));
        Assert.Equal((0, Lines("1 rejected event retried.")), await RunAsync("dead-letters", "retry", "1"));
        Assert.Equal((1, Lines("0 rejected events retried. No id is known: 'intilery dead-letters list' shows them.")), await RunAsync("dead-letters", "retry", "1"));
        Assert.Equal((1, Lines("1 rejected event retried. The other ids are unknown.")), await RunAsync("dead-letters", "retry", "1", "2"));
        await store.RejectAsync(new DeadLetter(Row(2) with { Destination = Destination }, "userId must not be empty", now), TestContext.Current.CancellationToken);
        Assert.Equal((0, Lines("2 rejected events deleted.")), await RunAsync("dead-letters", "purge", "--all", "--yes"));
        Assert.Equal((0, Lines("No event was rejected.")), await RunAsync("dead-letters", "list"));
        Assert.Equal([1], await store.IdsAsync(Destination));
    }

    [Fact]
    public async Task What_waits_for_another_destination_is_listed_redirected_and_purged()
    {
        using var application = await StartAsync();
        var store = application.Services.GetRequiredService<IOutboxStore>();
        await RecordAsync(application, Row(1) with { Destination = Former });

        Assert.Equal((0, Lines($"{Former}: 1 event, 0 running trials")), await RunAsync("destinations", "list"));
        Assert.Equal(
            (1, Lines("Nothing waits for https://nobody.test. 'intilery destinations list' shows what there is.")),
            await RunAsync("destinations", "purge", "https://nobody.test", "--yes"));
        Assert.Equal(
            "Nothing waits for https://nobody.test. 'intilery destinations list' shows what there is.",
            (string?)JsonNode.Parse((await RunAsync("destinations", "purge", "https://nobody.test", "--yes", "--json")).Output)!["error"]);
        Assert.Equal((0, Lines($"{Former}: 1 event, 0 running trials: redirected.")), await RunAsync("destinations", "redirect", Former, "--yes"));
        Assert.Equal([1], await store.IdsAsync(Destination));
        await RecordAsync(application, Row(2) with { Destination = Former });
        Assert.Equal((0, Lines($"{Former}: 1 event, 0 running trials: deleted.")), await RunAsync("destinations", "purge", Former, "--yes"));
        Assert.Equal((0, Lines("Nothing waits for another destination.")), await RunAsync("destinations", "list"));
    }

    [Fact]
    public async Task A_person_is_erased()
    {
        using var application = await StartAsync();
        await RecordAsync(application, Row(1, "u1") with { Destination = Destination }, Row(2, "u2") with { Destination = Destination });

        var answer = await RunAsync("erase", "u1", "--yes");

        Assert.Equal((0, Lines("1 entry of u1 erased. Ask Intilery to erase what it has already received.")), answer);
        Assert.Equal((0, Lines("Nothing is held of u1. Ask Intilery to erase what it has already received.")), await RunAsync("erase", "u1", "--yes"));
        Assert.Equal([2], await application.Services.GetRequiredService<IOutboxStore>().IdsAsync(Destination));
    }

    [Fact]
    public async Task What_is_held_of_a_person_is_exported_from_every_file_and_what_cannot_be_read_is_named()
    {
        using var application = await StartAsync();
        using var other = await StartAsync();
        await RecordAsync(application, Row(1, "u1") with { Destination = Destination }, Row(2, "u2") with { Destination = Destination });
        await RecordAsync(other, Row(3, "u1") with { Destination = Destination });
        var aside = _folder.Combine("outbox/set-aside-outbox-1.db");
        await File.WriteAllTextAsync(aside, "damaged", TestContext.Current.CancellationToken);

        var (exitCode, output) = await RunAsync("export", "u1");

        var export = JsonNode.Parse(output)!.AsObject();
        var waiting = export["waiting"]!.AsArray();
        Assert.Equal([1, 3], waiting.Select(row => (int)row!["id"]!).Order());
        Assert.Equal([Payload(1, "u1"), Payload(3, "u1")], waiting.Select(row => row!["message"]!.ToJsonString()).Order(StringComparer.Ordinal));
        export.Remove("waiting");
        Assert.Equal(
            $$"""{"userId":"u1","rejected":[],"undecided":[],"trials":[],"unreached":["{{aside}}: it was set aside as damaged."]}""", export.ToJsonString());
        Assert.Equal(1, exitCode);

        var erased = await RunAsync("erase", "u1", "--yes");
        Assert.Contains($"Not reached: {aside}: it was set aside as damaged.", erased.Output, StringComparison.Ordinal);
        Assert.Equal(1, erased.ExitCode);
    }

    [Fact]
    public async Task A_process_that_does_not_answer_within_ten_seconds_is_said_by_the_exit_code()
    {
        Directory.CreateDirectory(_folder.Combine("outbox"));
        using var hanging = OutboxFile.TakeNew(_folder.Combine("outbox"));
        hanging.Create();
        var clock = new ObservedClock();

        var command = RunAsync(clock, "status");
        await clock.PassUntilAsync(command);

        Assert.Equal(
            (3, Lines($"{Hanging(hanging)} did not answer within 10 seconds. It may be stopping, or hang.")), await command);
        var backfill = RunAsync(clock, "backfill", "users", "--json");
        await clock.PassUntilAsync(backfill);

        Assert.Equal(3, (await backfill).ExitCode);
        Assert.Equal(
            $"{Hanging(hanging)} did not answer within 10 seconds. What was sent is remembered: run it again to go on.",
            (string?)JsonNode.Parse((await backfill).Output)!["error"]);
        Assert.Empty(LeftBehind());
    }

    [Fact]
    public async Task Wrong_usage_and_an_application_that_keeps_no_events_are_answered_as_json_too()
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["CaptureOnly"] = "true" });

        foreach (var (arguments, exitCode, error) in ((string[], int, string)[])
            [(["erase", "--json"], 2, "'intilery erase' needs USER."), (["status", "--json"], 1, "This application keeps no events: ")])
        {
            var output = new StringWriter();

            Assert.Equal(exitCode, await host.Application.RunIntileryCommandAsync(["intilery", .. arguments], output, TestContext.Current.CancellationToken));
            Assert.StartsWith(error, (string?)JsonNode.Parse(output.ToString())!["error"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_application_that_keeps_no_events_says_why()
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["CaptureOnly"] = "true" });
        var output = new StringWriter();

        var exitCode = await host.Application.RunIntileryCommandAsync(["intilery", "status"], output, TestContext.Current.CancellationToken);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            Lines(
                "This application keeps no events: it has no account, or Intilery:CaptureOnly is set. "
                + "Give the command the same configuration as the application."),
            output.ToString());
    }

    [Fact]
    public async Task Only_their_owner_can_read_requests_and_answers()
    {
        Directory.CreateDirectory(_folder.Combine("outbox"));
        using var hanging = OutboxFile.TakeNew(_folder.Combine("outbox"));
        hanging.Create();
        var clock = new ObservedClock();

        var command = RunAsync(clock, "erase", "u1", "--yes");
        await clock.WaitedForAsync(OwnerRequests.Patience);

        var request = Assert.Single(LeftBehind());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(request));
        }

        await clock.PassUntilAsync(command);
    }

    public void Dispose() => _folder.Dispose();

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + Environment.NewLine));

    private static async Task RecordAsync(WorkerHost application, params OutboxRow[] rows) => Assert.Equal(
        RecordOutcome.Recorded,
        await application.Services.GetRequiredService<IOutboxAppender>().CommitAsync(new OutboxCommit([], rows), TestContext.Current.CancellationToken));

    private static string Hanging(OutboxFile file) => $"The process {Environment.MachineName} {Environment.ProcessId}, which has {file.Path} open,";

    private string[] LeftBehind() =>
    [
        .. Directory.EnumerateFiles(_folder.Combine("outbox"), "*.request-*").Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)),
        .. Directory.EnumerateFiles(_folder.Combine("outbox"), "*.answer-*"),
    ];

    private async Task<WorkerHost> StartAsync()
    {
        var host = Create(TimeProvider.System);
        await host.Application.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private Task<(int? ExitCode, string Output)> RunAsync(params string[] arguments) => RunAsync(TimeProvider.System, arguments);

    private async Task<(int? ExitCode, string Output)> RunAsync(TimeProvider clock, params string[] arguments)
    {
        using var host = Create(clock);
        var output = new StringWriter();
        var exitCode = await host.Application.RunIntileryCommandAsync(["intilery", .. arguments], output, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }

    private WorkerHost Create(TimeProvider clock) => WorkerHost.Create(
        "Production",
        new Dictionary<string, string?>
        {
            ["ClientId"] = "acme",
            ["AuthToken"] = "secret",
            ["BaseAddress"] = "http://127.0.0.1:9",
            ["Delivery:Enabled"] = "false",
            ["Outbox:Path"] = _folder.Combine("outbox"),
        },
        services: services => services.AddSingleton(clock));
}
