using System.Text.Json.Nodes;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Commands;

/// <summary>The customers from before the package, sent from the command line.</summary>
public sealed class BackfillCommandTests : IDisposable
{
    private static readonly string Process = $"{Environment.MachineName} {Environment.ProcessId}";

    private readonly ScratchFolder _folder = new();
    private readonly TestDatabase _database = TestDatabase.Sqlite();

    [Fact]
    public async Task The_process_that_has_the_outbox_open_carries_it_out()
    {
        await CreateAsync();
        await using var application = await CustomersApp.StartAsync(_database, _folder.Combine("outbox"));

        var answer = await RunAsync("backfill");

        Assert.Equal((0, Lines("identify: 2 of 2 rows sent", "trials: 0 running trials in the schedule")), answer);
        Assert.Equal(["peter", "samir"], (await application.CallsAsync()).Select(call => call.UserId));
        var again = await RunAsync("backfill", "users");
        Assert.StartsWith("identify: 2 of 2 rows, sent by an earlier run that ended at ", again.Output, StringComparison.Ordinal);
        Assert.Equal((0, 2), (again.ExitCode, (await application.CallsAsync()).Count));
    }

    [Fact]
    public async Task Where_no_process_has_the_outbox_open_it_is_written_and_delivered_by_the_command()
    {
        await CreateAsync();
        await using var api = await TrackingApi.StartAsync();
        var settings = new Dictionary<string, string?> { ["BaseAddress"] = api.BaseAddress, ["AuthToken"] = TrackingApi.Token, ["Delivery:Enabled"] = "true" };

        var answer = await CustomersApp.RunAsync(_database, _folder.Combine("outbox"), settings, "backfill", "users");

        Assert.Equal((0, Lines("identify: 2 of 2 rows sent")), answer);
        Assert.Equal(["peter", "samir"], (await api.AcceptedAsync(2)).Select(call => call.UserId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_lost_key_protects_becomes_a_dead_letter_that_is_listed_and_what_follows_is_delivered(bool isEmbedded)
    {
        await CreateAsync();
        await using var api = await TrackingApi.StartAsync();
        var (folder, settings) = (isEmbedded ? _folder.Combine("outbox") : null, new Dictionary<string, string?> { ["Outbox:Protect"] = "true", ["BaseAddress"] = api.BaseAddress, ["AuthToken"] = TrackingApi.Token });
        await using (var before = await CustomersApp.StartAsync(_database, folder, settings, Keys("keys")))
        {
            await before.BackfillAsync();
            Assert.Equal(["peter", "samir"], (await before.CallsAsync()).Select(call => call.UserId));
        }

        settings["Delivery:Enabled"] = "true";
        await using var app = await CustomersApp.StartAsync(_database, folder, settings, Keys("other-keys"));
        await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(new CustomEvent("Report Opened") { UserId = "milton" }, TestContext.Current.CancellationToken);

        Assert.Equal(["Report Opened"], (await api.AcceptedAsync(1)).Select(call => call.Event));
        var letters = await app.Services.GetRequiredService<IIntileryOutbox>().ListDeadLettersAsync(10, 0, TestContext.Current.CancellationToken);
        Assert.Equal([("peter", PayloadProtection.Refusal, ""), ("samir", PayloadProtection.Refusal, "")], letters.Select(letter => (letter.UserId, letter.Reason, letter.Json)));
        Assert.Contains(app.Log.Ours, line => line.Id == 315);
        var export = await app.Services.GetRequiredService<IIntileryOutbox>().ExportUserAsync("peter", TestContext.Current.CancellationToken);
        Assert.Equal(["1 entries: they are protected by a key of Data Protection that this application does not have."], export.Unreached);
    }

    [Fact]
    public async Task A_dry_run_prints_counts_and_examples_and_needs_no_account()
    {
        await CreateAsync();

        var (exitCode, output) = await CustomersApp.RunAsync(
            _database, null, new Dictionary<string, string?> { ["CaptureOnly"] = "true" }, "backfill", "users", "--dry-run", "--json");

        var answer = JsonNode.Parse(output)!;
        Assert.Equal(0, exitCode);
        Assert.Equal("""[{"subject":"identify","read":2,"sent":2,"doneBefore":null}]""", answer["parts"]!.ToJsonString());
        Assert.Equal(["peter", "samir"], answer["examples"]!.AsArray().Select(example => (string?)example!["userId"]));
        Assert.True((bool)answer["dryRun"]!);
    }

    [Fact]
    public async Task What_cannot_be_done_is_the_answer()
    {
        var (exitCode, output) = await CustomersApp.RunAsync(_database, null, null, "backfill", "users", "--json");

        Assert.Equal(1, exitCode);
        Assert.Contains("no such table", (string?)JsonNode.Parse(output)!["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("dead-letters list")]
    [InlineData("export peter")]
    [InlineData("erase peter --yes")]
    [InlineData("destinations list")]
    public async Task An_outbox_whose_tables_are_not_there_is_the_answer(string line)
    {
        var (exitCode, output) = await CustomersApp.RunAsync(_database, null, null, [.. line.Split(' '), "--json"]);

        Assert.Equal(1, exitCode);
        Assert.Matches(
            "^SQLite Error 1: 'no such table: .+'\\. Apply the application's migrations: a table, or a column of it, is missing\\.$", (string?)JsonNode.Parse(output)!["error"]);
    }

    [Fact]
    public async Task Status_names_the_processes_that_share_an_outbox_and_the_one_that_delivers()
    {
        await CreateAsync();
        await using var api = await TrackingApi.StartAsync();
        var settings = new Dictionary<string, string?> { ["BaseAddress"] = api.BaseAddress, ["AuthToken"] = TrackingApi.Token, ["Delivery:Enabled"] = "true" };
        string[] before, after;
        await using (var app = await CustomersApp.StartAsync(_database, null, settings))
        {
            await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(new CustomEvent("Report Opened") { UserId = "peter" }, TestContext.Current.CancellationToken);
            await api.AcceptedAsync(1);
            before = Lines((await CustomersApp.RunAsync(_database, null, settings, "status")).Output);
            var json = JsonNode.Parse((await CustomersApp.RunAsync(_database, null, settings, "status", "--json")).Output)!;
            Assert.Equal($$"""[{"name":"{{Process}}","delivers":true}]""", json["processes"]!.ToJsonString());
        }

        after = Lines((await CustomersApp.RunAsync(_database, null, settings, "status")).Output);

        Assert.Equal([$"Delivery: the process {Process} has the lease", $"Registered processes: {Process}"], before);
        Assert.Equal(["Delivery: no process has the lease"], after);

        static string[] Lines(string output) =>
            [.. output.Split(Environment.NewLine).Where(line => line.StartsWith("Delivery: ", StringComparison.Ordinal) || line.StartsWith("Registered processes: ", StringComparison.Ordinal))];
    }

    [Fact]
    public void A_terminal_shows_a_bar_with_the_rate_and_the_time_left()
    {
        var (output, clock) = (new StringWriter(), new ObservedClock());
        var progress = new BackfillProgressPrinter(output, isTerminal: true, clock);

        progress.Report(new IntileryBackfillProgress("identify", 0, 1000, 0));
        clock.Advance(TimeSpan.FromSeconds(2));
        progress.Report(new IntileryBackfillProgress("identify", 500, 1000, 498) { WaitsForDelivery = true });
        clock.Advance(TimeSpan.FromSeconds(2));
        progress.Report(new IntileryBackfillProgress("identify", 1000, 1000, 998));
        progress.End();

        Assert.Equal(
            "\ridentify [------------------------------] 0 %  0 of 1000 rows, 0 a second\u001b[K"
            + "\ridentify [###############---------------] 50 %  500 of 1000 rows, 250 a second, 2 seconds left, waiting for delivery\u001b[K"
            + "\ridentify [##############################] 100 %  1000 of 1000 rows, 250 a second\u001b[K" + Environment.NewLine,
            output.ToString());
    }

    [Fact]
    public void Elsewhere_there_is_a_line_every_five_seconds()
    {
        var (output, clock) = (new StringWriter(), new ObservedClock());
        var progress = new BackfillProgressPrinter(output, isTerminal: false, clock);

        progress.Report(new IntileryBackfillProgress("identify", 0, 1000, 0));
        clock.Advance(TimeSpan.FromSeconds(4));
        progress.Report(new IntileryBackfillProgress("identify", 100, 1000, 100));
        clock.Advance(TimeSpan.FromSeconds(1));
        progress.Report(new IntileryBackfillProgress("identify", 500, 1000, 498));
        progress.End();

        Assert.Equal(Lines("identify: 500 of 1000 rows, 100 a second, 5 seconds left"), output.ToString());
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + Environment.NewLine));

    private Action<IServiceCollection> Keys(string folder) => services =>
        services.AddDataProtection().SetApplicationName("customers").PersistKeysToFileSystem(Directory.CreateDirectory(_folder.Combine(folder)));

    private Task CreateAsync() => CustomersApp.CreateAsync(_database, db => db.Users.AddRange(
        new Customer { Id = "peter", UserName = "peter", Email = "peter@initech.test" }, new Customer { Id = "samir", UserName = "samir", Email = "samir@initech.test" }));

    private Task<(int? ExitCode, string Output)> RunAsync(params string[] arguments) => CustomersApp.RunAsync(_database, _folder.Combine("outbox"), null, arguments);
}
