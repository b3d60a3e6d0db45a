using System.Text;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Rows and intents for tests that care for little of them.</summary>
internal static class OutboxSample
{
    public const string Here = "https://tracking.test/track/acme/acme/ACME";

    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static OutboxRow Row(long id, string? userId = "u1", long? intentId = null) =>
        new(id, "Signed In", userId, Noon, Encoding.UTF8.GetBytes(Payload(id, userId))) { Destination = Here, IntentId = intentId };

    /// <summary>An event that the API rejects, whatever stands beside it.</summary>
    public static OutboxRow BadRow(long id, string userId = "u1") =>
        Row(id, userId) with { Payload = Encoding.UTF8.GetBytes($$$"""{"type":"track","event":"Signed In","userId":"","messageId":"m{{{id}}}"}""") };

    public static string Payload(long id, string? userId) =>
        $$$"""{"type":"track","event":"Signed In","userId":"{{{userId}}}","messageId":"m{{{id}}}","properties":{}}""";

    public static Intent Intent(long id, string userId = "u1") => new(id, "scope-" + id, userId, Encoding.UTF8.GetBytes($$"""{"n":{{id}}}"""));

    public static OutboxWrite Write(Intent intent) => new(intent, null);

    public static OutboxWrite Commit(params OutboxRow[] rows) => new(null, new OutboxCommit([], rows));

    public static OutboxWrite Commit(long intentId, params OutboxRow[] rows) => new(null, new OutboxCommit([intentId], rows));

    public static ValueTask WriteAsync(this IOutboxStore store, params OutboxWrite[] writes) => store.WriteAsync(writes, CancellationToken.None);

    /// <summary>Records rows that settle no intent.</summary>
    public static ValueTask<RecordOutcome> CommitAsync(this OutboxWriter writer, params OutboxRow[] rows) =>
        writer.CommitAsync(new OutboxCommit([], rows), CancellationToken.None);

    /// <summary>Returns the ids of the rows that can be delivered.</summary>
    public static async Task<IReadOnlyList<long>> IdsAsync(this IOutboxReader store, string destination = Here, DateTimeOffset? now = null, int maxRows = 1000)
    {
        var rows = await store.ReadAsync(destination, now ?? Noon, maxRows, CancellationToken.None);
        return [.. rows.Select(row => row.Id)];
    }
}
