using System.Text.Json.Nodes;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class KilledProcessTests : IDisposable
{
    private const int Rounds = 25;
    private const int SignUpsPerProcess = 200;

    private readonly ScratchFolder _scratch = new();

    [Fact]
    public async Task Of_fifty_processes_killed_under_load_on_one_folder_all_that_was_recorded_is_delivered()
    {
        await using var api = await TrackingApi.StartAsync();
        var recorded = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            // Two at once, as in a web garden: whoever starts next finds the files of both.
            using var first = Start(api, SignUpsPerProcess);
            using var second = Start(api, SignUpsPerProcess);
            var users = await Task.WhenAll(first.KillAfterAsync(AtRandom()), second.KillAfterAsync(AtRandom()));
            recorded.AddRange(users.SelectMany(ofProcess => ofProcess));
        }

        using (var last = Start(api, 0))
        {
            await DeliveredAsync(api, recorded);
            Assert.Empty(await last.KillAfterAsync(0));
        }

        // A sign-up that was not acknowledged may have been recorded all the same; none has two messages.
        var calls = api.Accepted;
        TestContext.Current.SendDiagnosticMessage(
            "{0} sign-ups recorded, {1} messages accepted in {2} calls", recorded.Count, calls.DistinctBy(call => call.MessageId).Count(), calls.Count);
        foreach (var name in (string[])["identify", "Signed Up"])
        {
            var messages = calls.Where(call => call.Event == name).GroupBy(call => call.UserId!, call => call.MessageId).ToList();
            Assert.Empty(recorded.Except(messages.Select(ofUser => ofUser.Key)));
            Assert.All(messages, ofUser => Assert.Single(ofUser.Distinct()));
        }

        Assert.InRange(BatchesSentAgain(api), 0, 2 * Rounds);
        Assert.All(
            Directory.GetFiles(_scratch.Combine("outbox"), "outbox-*.db"),
            file => Assert.Equal(0L, SqliteFolder.Execute(file, "SELECT count(*) FROM intents")));
    }

    public void Dispose() => _scratch.Dispose();

    private static int AtRandom() => Random.Shared.Next(SignUpsPerProcess);

    // What came again was in flight when its process was killed: at most one request of each.
    private static int BatchesSentAgain(TrackingApi api)
    {
        var batches = api.Bodies.Select(body => JsonNode.Parse(body)!["batch"]!.AsArray().Select(call => (string)call!["messageId"]!).ToList()).ToList();
        var lastArrivals = new Dictionary<string, int>();
        for (var i = 0; i < batches.Count; i++)
        {
            batches[i].ForEach(message => lastArrivals[message] = i);
        }

        return batches.Where((batch, i) => batch.Exists(message => lastArrivals[message] > i)).Count();
    }

    // What was not acknowledged is recovered beside the delivery: it is an event once its intent is gone.
    private async Task DeliveredAsync(TrackingApi api, List<string> users)
    {
        while (true)
        {
            var calls = api.Accepted;
            if (users.All(calls.Where(call => call.Event == "Signed Up").Select(call => call.UserId!).ToHashSet().Contains)
                && Directory.GetFiles(_scratch.Combine("outbox"), "outbox-*.db").All(file => SqliteFolder.Execute(file, "SELECT count(*) FROM intents") is 0L))
            {
                return;
            }

            await api.AcceptedAsync(calls.Count + 1);
        }
    }

    private CrasherProcess Start(TrackingApi api, int signUps) => CrasherProcess.Start(
        signUps,
        ("ClientId", TrackingApi.ClientId),
        ("AuthToken", TrackingApi.Token),
        ("BaseAddress", api.BaseAddress),
        ("Outbox:Path", _scratch.Combine("outbox")),
        ("Outbox:CommitTimeout", "00:01:00"));
}
