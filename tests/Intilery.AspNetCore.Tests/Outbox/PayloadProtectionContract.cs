using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What <c>Outbox:Protect</c> does to what a store keeps.</summary>
public abstract class PayloadProtectionContract : IAsyncLifetime
{
    private static readonly EphemeralDataProtectionProvider _keys = new();

    private protected static PayloadProtection On { get; } = new(() => _keys, protects: true);

    private protected static PayloadProtection Off { get; } = new(() => _keys, protects: false);

    /// <summary>Gets a protection of an application that has lost the keys.</summary>
    private protected static PayloadProtection WithOtherKeys { get; } = new(() => new EphemeralDataProtectionProvider(), protects: true);

    private protected abstract DbConnection Connection { get; }

    private protected abstract string Payloads { get; }

    [Fact]
    public async Task Nothing_of_a_payload_is_stored_and_everything_of_it_is_read()
    {
        var store = await OpenAsync(On);
        await store.WriteAsync(
            Commit(Row(1)), Write(Intent(2)), new OutboxWrite(null, new OutboxCommit([], [Row(4)]) { DeadLetters = [new DeadLetter(Row(3), "too large", Noon)] }));
        await HoldAsync();
        await store.RejectAsync(new DeadLetter(Row(4), "refused", Noon), CancellationToken.None);

        var stored = await StoredAsync();

        Assert.Equal(4, stored.Count);
        Assert.All(stored, payload => Assert.False(IsJson(payload)));
        Assert.All(stored, payload => Assert.DoesNotContain("messageId", Encoding.Latin1.GetString(payload), StringComparison.Ordinal));
        var held = await store.ReadUserAsync("u1", CancellationToken.None);
        Assert.Equal([Payload(1, "u1")], held.Rows.Select(row => TextOf(row.Payload)));
        Assert.Equal(["""{"n":2}"""], held.Intents.Select(intent => TextOf(intent.Payload)));
        Assert.Equal([Payload(3, "u1"), Payload(4, "u1")], held.DeadLetters.Select(letter => TextOf(letter.Row.Payload)));
    }

    [Fact]
    public async Task What_was_stored_before_the_option_changed_waits_in_its_place_and_is_read()
    {
        var next = 0;
        foreach (var protection in (PayloadProtection[])[Off, On, Off])
        {
            var store = await OpenAsync(protection);
            await store.WriteAsync(Commit(Row(++next)));
        }

        var (stored, rows) = (await StoredAsync(), await (await OpenAsync(On)).ReadAsync(Here, Noon, 10, CancellationToken.None));

        Assert.Equal([true, false, true], stored.Select(IsJson));
        Assert.Equal([Payload(1, "u1"), Payload(2, "u1"), Payload(3, "u1")], rows.Select(row => TextOf(row.Payload)));
    }

    [Fact]
    public async Task What_a_lost_key_protects_is_not_readable_holds_nothing_up_and_is_whole_when_the_key_is_back()
    {
        await (await OpenAsync(On)).WriteAsync(Commit(Row(1)), Write(Intent(2, "u2")));
        var without = await OpenAsync(WithOtherKeys);
        await without.WriteAsync(Commit(Row(3)));

        var rows = await without.ReadAsync(Here, Noon, 10, CancellationToken.None);

        Assert.Equal([(1L, false, true), (3L, true, false)], rows.Select(row => (row.Id, row.IsReadable, row.IsProtected)));
        await HoldAsync();
        await without.RejectAsync(new DeadLetter(rows[0], PayloadProtection.Refusal, Noon), CancellationToken.None);
        Assert.True(Assert.Single(await without.ReadDeadLettersAsync(0, 10, CancellationToken.None)).Row.IsProtected);
        Assert.Equal(1, (await without.ReadUserAsync("u2", CancellationToken.None)).Protected);

        var again = await OpenAsync(On);
        Assert.Equal(1, await again.RestoreAsync([1], CancellationToken.None));
        Assert.Equal(Payload(1, "u1"), TextOf((await again.ReadAsync(Here, Noon, 10, CancellationToken.None))[0].Payload));
        Assert.Equal("""{"n":2}""", TextOf(Assert.Single((await again.ReadUserAsync("u2", CancellationToken.None)).Intents).Payload));
    }

    [Fact]
    public async Task A_person_is_erased_whose_payloads_nobody_can_read_any_more()
    {
        await (await OpenAsync(On)).WriteAsync(Commit(Row(1)), Write(Intent(2)));

        Assert.Equal(2, await (await OpenAsync(WithOtherKeys)).PurgeUserAsync("u1", CancellationToken.None));

        Assert.Empty(await StoredAsync());
    }

    [Fact]
    public async Task Keys_that_cannot_be_read_at_the_moment_are_a_store_that_cannot_be_reached_and_no_lost_event()
    {
        await (await OpenAsync(On)).WriteAsync(Commit(Row(1)));
        var store = await OpenAsync(new PayloadProtection(() => new KeysAway(), protects: true));

        var read = await Assert.ThrowsAsync<PayloadProtectionException>(async () => await store.ReadAsync(Here, Noon, 10, CancellationToken.None));
        var write = await Assert.ThrowsAsync<PayloadProtectionException>(async () => await store.WriteAsync(Commit(Row(2))));

        Assert.Equal((StoreFault.Unreachable, StoreFault.Unreachable), (StoreFaults.Of(read), StoreFaults.Of(write)));
        Assert.Equal("Data Protection cannot read its keys: the share is away", read.Message);
        Assert.Single(await StoredAsync());
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens the store as the next process would.</summary>
    private protected abstract Task<IOutboxStore> OpenAsync(PayloadProtection protection);

    private protected virtual Task HoldAsync() => Task.CompletedTask;

    private protected static string TextOf(ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetString(payload.Span);

    private protected static bool IsJson(byte[] payload) => payload is [(byte)'{', ..];

    private protected async Task<IReadOnlyList<byte[]>> StoredAsync()
    {
        await using var connection = Connection;
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of tests only.
        command.CommandText = Payloads;
#pragma warning restore CA2100
        var payloads = new List<byte[]>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            payloads.Add(reader.GetFieldValue<byte[]>(1));
        }

        return payloads;
    }

    // As Data Protection fails where its keys are in a folder, or a service, that is away.
    private sealed class KeysAway : IDataProtector
    {
        public IDataProtector CreateProtector(string purpose) => this;

        public byte[] Protect(byte[] plaintext) => throw Fault();

        public byte[] Unprotect(byte[] protectedData) => throw Fault();

        private static CryptographicException Fault() => new("An error occurred", new IOException("the share is away"));
    }
}

public sealed class SqliteFileProtectionTests : PayloadProtectionContract
{
    private readonly SqliteFolder _folder = new();
    private IOutboxStore? _store;

    private protected override DbConnection Connection => new SqliteConnection($"Data Source={_store!.File};Pooling=False");

    private protected override string Payloads =>
        "SELECT id, payload FROM rows UNION ALL SELECT id, payload FROM intents UNION ALL SELECT id, payload FROM dead_letters ORDER BY 1";

    [Fact]
    public async Task What_moves_from_the_file_of_an_ended_process_to_another_stays_protected()
    {
        var next = await OpenAsync(On);
        using (var ended = _folder.Open(protection: On))
        {
            await ended.WriteAsync(Commit(Row(1)), Write(Intent(2)));
        }

        Assert.Equal([2L], (await next.ReadOrphanedIntentsAsync(CancellationToken.None)).Select(intent => intent.Id));

        Assert.Equal([false, false], (await StoredAsync()).Select(IsJson));
        Assert.Equal("""{"n":2}""", TextOf(Assert.Single((await next.ReadUserAsync("u1", CancellationToken.None)).Intents).Payload));
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected override Task<IOutboxStore> OpenAsync(PayloadProtection protection)
    {
        _store?.Dispose();
        return Task.FromResult(_store = _folder.Open(protection: protection));
    }
}

/// <summary>The application's own database.</summary>
public abstract class SharedProtectionContract(Func<Task<TestDatabase>> newDatabase) : PayloadProtectionContract
{
    private readonly List<SharedOutboxNode> _nodes = [];
    private TestDatabase _database = null!;
    private bool _hasTables;

    private protected override DbConnection Connection =>
        _database.IsPostgres ? new NpgsqlConnection(_database.ConnectionString) : new SqliteConnection(_database.ConnectionString);

    private protected override string Payloads =>
        """
        SELECT "Id", "Payload" FROM "IntileryOutboxRows" UNION ALL SELECT "Id", "Payload" FROM "IntileryOutboxIntents"
        UNION ALL SELECT "Id", "Payload" FROM "IntileryOutboxDeadLetters" ORDER BY 1
        """;

    [Fact]
    public async Task A_change_is_protected_in_the_transaction_that_saves_it()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(
            _database, services => services.AddDataProtection().UseEphemeralDataProtectionProvider(), settings: new() { ["Outbox:Protect"] = "true" });
        await app.BeatAsync();
        await app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(new() { Id = "peter", UserName = "peter", Email = "peter@initech.test" });
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
            Assert.Equal([false], (await StoredAsync()).Select(IsJson));
        });

        Assert.Equal(["peter"], await app.CommittedSignUpsAsync());
        var stored = await StoredAsync();
        Assert.Equal([false, false], stored.Select(IsJson));
        Assert.All(stored, payload => Assert.DoesNotContain("peter", Encoding.Latin1.GetString(payload), StringComparison.Ordinal));
    }

    public override async ValueTask InitializeAsync() => _database = await newDatabase();

    public override ValueTask DisposeAsync()
    {
        _nodes.ForEach(node => node.Dispose());
        _database.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected override async Task<IOutboxStore> OpenAsync(PayloadProtection protection)
    {
        _nodes.ForEach(node => node.Dispose());
        _nodes.Clear();
        _nodes.Add(await SharedOutboxNode.StartAsync(_database, TimeProvider.System, !_hasTables, protection));
        _hasTables = true;
        return _nodes[0].Store;
    }

    private protected override async Task HoldAsync() => Assert.True(await _nodes[0].Lease.TryHoldAsync(TestContext.Current.CancellationToken));
}

public sealed class SqliteDatabaseProtectionTests() : SharedProtectionContract(() => Task.FromResult(TestDatabase.Sqlite()));

public sealed class PostgresProtectionTests(PostgresCluster cluster) : SharedProtectionContract(() => TestDatabase.PostgresAsync(cluster));
