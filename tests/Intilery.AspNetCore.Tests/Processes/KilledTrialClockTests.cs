using System.Globalization;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Processes;

public sealed class KilledTrialClockTests(PostgresCluster cluster)
{
    private const int Trials = 1000;

    [Fact]
    public async Task A_thousand_trials_that_end_in_the_same_second_end_once_each_although_one_of_two_nodes_is_killed_half_way()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var api = await TrackingApi.StartAsync();
        using var recorder = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        await StartTrialsAsync(recorder.Store, api, DateTimeOffset.UtcNow.AddSeconds(6));
        var arrived = NoticeFirstEnd(api);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var half = await HoldAsync(connection, number: Trials / 2);

        using var first = await NodeProcess.StartAsync(database.ConnectionString, "string", api);
        await api.DistinctAsync("Trial Started", Trials);
        using var second = await NodeProcess.StartAsync(database.ConnectionString, "string", api);
        await arrived;
        await first.KillAsync();
        await half.DisposeAsync();
        var left = await recorder.Store.NextAsync(Trials);
        await api.DistinctAsync("Trial Ended", Trials);
        await second.SignalAsync("TERM");
        await second.ExitAsync();

        Assert.InRange(left.Count, 1, Trials - 1);
        AssertEachEndedOnce(api);
        Assert.Empty(await recorder.Store.NextAsync());
    }

    [Fact]
    public async Task On_a_file_of_its_own_a_process_that_is_killed_half_way_ends_the_rest_after_its_restart()
    {
        await using var api = await TrackingApi.StartAsync();
        using var folder = new SqliteFolder();
        using (var left = folder.Open())
        {
            await StartTrialsAsync(left, api, DateTimeOffset.UtcNow.AddDays(-1));
        }

        var arrived = NoticeFirstEnd(api);
        using (var killed = Start())
        {
            await arrived;
            await killed.KillAfterAsync(0);
        }

        using var restarted = Start();
        await api.DistinctAsync("Trial Ended", Trials);

        AssertEachEndedOnce(api);

        CrasherProcess Start() => CrasherProcess.Start(
            0,
            ("ClientId", TrackingApi.ClientId),
            ("AuthToken", TrackingApi.Token),
            ("BaseAddress", api.BaseAddress),
            ("Outbox:Path", folder.Path),
            ("Outbox:SingleInstance", "true"));
    }

    // Whoever ends the trials stops at this one until the transaction is over: then the first half of them has ended, and no more.
    private static async Task<NpgsqlTransaction> HoldAsync(NpgsqlConnection connection, int number)
    {
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT 1 FROM "IntileryOutboxTrials"
            WHERE "Key" = (SELECT "Key" FROM "IntileryOutboxTrials" ORDER BY "Due", "Key" OFFSET {number} LIMIT 1)
            FOR UPDATE
            """;
        Assert.NotNull(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        return transaction;
    }

    private static async Task StartTrialsAsync(IOutboxStore store, TrackingApi api, DateTimeOffset end)
    {
        using var desk = new TrialDesk(store, TimeProvider.System);
        await desk.RecordAllAsync(
            $"{api.BaseAddress}/track/acme/acme/ACME",
            Enumerable.Range(1, Trials).Select(number => new TrialStarted
            {
                GroupId = number.ToString(CultureInfo.InvariantCulture),
                TrialStartDate = end.AddDays(-14),
                TrialEndDate = end,
            }));
    }

    // A batch in flight at a kill comes twice, under the same id.
    private static void AssertEachEndedOnce(TrackingApi api)
    {
        var ended = api.Accepted.Where(call => call.Event == "Trial Ended").DistinctBy(call => call.MessageId).Select(call => int.Parse(call.GroupId!, CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, Trials), ended.Order());
    }

    private static Task NoticeFirstEnd(TrackingApi api)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.AnswerAll((_, body) =>
        {
            if (body.Contains("Trial Ended", StringComparison.Ordinal))
            {
                arrived.TrySetResult();
            }

            return null;
        });
        return arrived.Task.WaitAsync(Patience.Limit);
    }
}
