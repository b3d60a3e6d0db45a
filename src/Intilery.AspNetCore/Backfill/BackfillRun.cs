using System.Data.Common;
using System.Globalization;
using System.Text;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Backfill;

/// <summary>One run of a backfill: table by table, page by page.</summary>
/// <param name="pages">Reads the rows of the application's tables.</param>
/// <param name="messages">Makes messages of it.</param>
/// <param name="trials">Takes the running trials into the schedule; <see langword="null"/> where there is none.</param>
/// <param name="writer">Where they are written; <see langword="null"/> for a dry run.</param>
/// <param name="settings">How much at a time.</param>
/// <param name="diagnostics">Counts what is left out.</param>
/// <param name="time">The clock.</param>
internal sealed class BackfillRun(
    BackfillPages pages,
    ScopeMessages messages,
    TrialAdoption? trials,
    BackfillWriter? writer,
    BackfillSettings settings,
    LifecycleDiagnostics diagnostics,
    TimeProvider time)
{
    /// <summary>The name of what is done with trials.</summary>
    public const string Trials = "trials";

    // A person whose row keeps changing is skipped at last: the live messages have each change.
    private const int MaxReadings = 5;

    private const int MaxExamples = 3;
    private const int Tries = 5;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly List<string> _examples = [];
    private readonly HashSet<string> _unread = [];

    public async Task<IntileryBackfillResult> RunAsync(
        IntileryBackfillRequest request, Action<IntileryBackfillProgress> report, CancellationToken cancellationToken)
    {
        var parts = new List<IntileryBackfillPart>();
        if (request.Users)
        {
            parts.Add(
                await RunAsync<UserWatch>(
                    new Kind(EventNames.Identify, pages.UsersAsync) { ReadsAgain = true },
                    request,
                    report,
                    cancellationToken).ConfigureAwait(false));
        }

        if (request is { Users: true, Events: true })
        {
            parts.Add(
                await RunAsync<UserWatch>(
                    new Kind(EventNames.SignedUp, pages.SignUpsAsync), request, report, cancellationToken).ConfigureAwait(false));
        }

        if (request is { Accounts: true, Events: true })
        {
            parts.Add(
                await RunAsync<AccountWatch>(
                    new Kind(EventNames.AccountCreated, pages.AccountsAsync), request, report, cancellationToken).ConfigureAwait(false));
        }

        if (request is { Memberships: true, Events: true })
        {
            parts.Add(
                await RunAsync<MembershipWatch>(
                    new Kind(EventNames.AccountAddedUser, pages.MembershipsAsync),
                    request,
                    report,
                    cancellationToken).ConfigureAwait(false));
        }

        if (request.Trials && trials is not null)
        {
            var running = await trials.AdoptAsync(writer?.Store, cancellationToken).ConfigureAwait(false);
            parts.Add(new IntileryBackfillPart(Trials, running, running));
        }

        return new IntileryBackfillResult { Parts = parts, Examples = _examples, Unread = [.. _unread] };
    }

    private static string KeyOf(int round) => round == 0 ? "backfill" : string.Create(CultureInfo.InvariantCulture, $"backfill {round}");

    private async Task<IntileryBackfillPart> RunAsync<TWatch>(
        Kind kind, IntileryBackfillRequest request, Action<IntileryBackfillProgress> report, CancellationToken cancellationToken)
        where TWatch : EntityWatch
    {
        var destination = writer?.Destination ?? string.Empty;
        var name = BackfillState.NameOf(kind.Subject, destination, request.Since);
        var stored = writer is null ? null : await writer.Store.ReadStateAsync(name, cancellationToken).ConfigureAwait(false);
        var (state, version) = (BackfillState.Of(stored), stored?.Version ?? 0);
        if (request.Restart)
        {
            state = new BackfillState { Round = state.Round + (stored is null ? 0 : 1) };
        }
        else if (state.DoneAt is not null)
        {
            return new IntileryBackfillPart(kind.Subject, state.Read, state.Sent) { DoneBefore = state.DoneAt };
        }

        var (tables, unread) = await pages.Rows.TablesAsync<TWatch>(cancellationToken).ConfigureAwait(false);
        _unread.UnionWith(unread);
        var total = 0L;
        foreach (var table in tables)
        {
            total += await pages.Rows.CountAsync(table, cancellationToken).ConfigureAwait(false);
        }

        var wish = new BackfillWish(request.Since, KeyOf(state.Round));
        var first = state.Table;
        foreach (var table in tables.Where(table => first is null || string.CompareOrdinal(table.Name, first) >= 0))
        {
            var after = table.Name == first ? state.Key : null;
            if (after is not null && state.Checks is { } checks && writer is not null)
            {
                await ReadLastPageAgainAsync(
                    kind,
                    table,
                    new RowRange(state.PageAfter, checks.Count) { UpTo = after },
                    checks,
                    destination,
                    wish,
                    cancellationToken).ConfigureAwait(false);
            }

            while (true)
            {
                report(Progress());
                var began = time.GetTimestamp();
                var page = await ReadAsync(table, after).ConfigureAwait(false);
                if (page.Count > 0 && writer is not null && await PatientlyAsync(
                    () => writer.WaitForRoomAsync(settings, () => report(Progress() with { WaitsForDelivery = true }), cancellationToken),
                    cancellationToken).ConfigureAwait(false))
                {
                    // It may be old by now.
                    began = time.GetTimestamp();
                    page = await ReadAsync(table, after).ConfigureAwait(false);
                }

                if (page.Count == 0)
                {
                    break;
                }

                Count(kind.Subject, page.Rows);
                var composed = await ComposeAsync(destination, page.Rows, cancellationToken).ConfigureAwait(false);
                state = state with
                {
                    Table = table.Name,
                    Key = page.LastKey,
                    PageAfter = after,
                    Checks = kind.ReadsAgain ? [.. page.Rows.Select(item => item.Check)] : null,
                    Read = state.Read + page.Count,
                    Sent = state.Sent + composed.Count,
                };
                await WriteAsync(composed).ConfigureAwait(false);
                if (kind.ReadsAgain && writer is not null)
                {
                    await ReadAgainAsync(
                        kind,
                        table,
                        new RowRange(after, page.Count) { UpTo = page.LastKey },
                        page.Rows,
                        destination,
                        wish,
                        cancellationToken).ConfigureAwait(false);
                }

                after = page.LastKey;
                await Task.Delay(
                    BackfillSettings.RestAfter(page.Count, time.GetElapsedTime(began)), time, cancellationToken).ConfigureAwait(false);
            }
        }

        // No user's id stays stored.
        state = state with { Table = null, Key = null, PageAfter = null, Checks = null, DoneAt = time.GetUtcNow() };
        await WriteAsync([]).ConfigureAwait(false);
        report(Progress());
        return new IntileryBackfillPart(kind.Subject, state.Read, state.Sent);

        Task<StoredPage<BackfillItem>> ReadAsync(StoredTable table, IReadOnlyList<string>? after) =>
            PatientlyAsync(() => kind.ReadAsync(table, new RowRange(after, settings.PageSize), wish, cancellationToken), cancellationToken);

        IntileryBackfillProgress Progress() => new(kind.Subject, state.Read, Math.Max(total, state.Read), state.Sent);

        async Task WriteAsync(IReadOnlyList<ComposedMessage> composed)
        {
            if (writer is not null)
            {
                state = state with { Page = MessageIds.Next() };
                await writer.WriteAsync(
                    destination, composed, new StateChange(name, version++, state.Write()), [], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What is read again is not counted again.
    private void Count(string subject, IReadOnlyList<BackfillItem> items)
    {
        foreach (var item in items)
        {
            if (item.LeftOutFor is { } reason)
            {
                diagnostics.Suppressed(subject, reason);
            }
            else if (item.IsAmbiguous)
            {
                diagnostics.WithoutTenant(Reasons.AmbiguousTenant);
            }
        }
    }

    private async Task<IReadOnlyList<ComposedMessage>> ComposeAsync(
        string destination, IEnumerable<BackfillItem> items, CancellationToken cancellationToken)
    {
        var composed = new List<ComposedMessage>();
        foreach (var item in items)
        {
            if (item.Fact is { } fact)
            {
                // Each by itself: other people's rows do not change it.
                var scope = new ScopeContext { Id = fact.Key, Destination = destination, IsBackfill = true };
                composed.AddRange(
                    await messages.OfAsync(
                        scope, [new ScopeFact(fact) { State = FactState.Confirmed }], cancellationToken).ConfigureAwait(false));
            }
        }

        if (writer is null)
        {
            _examples.AddRange(
                composed.Take(MaxExamples - _examples.Count).Select(
                    message => Encoding.UTF8.GetString(MessageWriter.Write(message.Message))));
        }

        return composed;
    }

    // A user who changes from here on has a live identify, which deletes this row. For a user who changed between the read and the write it
    // could not: the row is read again until it is unchanged.
    private async Task ReadAgainAsync(
        Kind kind,
        StoredTable table,
        RowRange range,
        IReadOnlyList<BackfillItem> written,
        string destination,
        BackfillWish wish,
        CancellationToken cancellationToken)
    {
        var known = ById(written);
        for (var readings = 1; known.Count > 0; readings++)
        {
            var again = await PatientlyAsync(
                () => kind.ReadAsync(table, range, wish with { Key = MessageIds.Next() }, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            var now = ById(again.Rows);
            var changed = known.Values.Where(item => now.GetValueOrDefault(item.Id)?.Content != item.Content)
                .Select(item => item.Id)
                .ToList();
            if (changed.Count == 0)
            {
                return;
            }

            var items = readings == MaxReadings ? [] : changed.Select(id => now.GetValueOrDefault(id)).OfType<BackfillItem>().ToList();
            await writer!.WriteAsync(
                destination,
                await ComposeAsync(destination, items, cancellationToken).ConfigureAwait(false),
                null,
                changed,
                cancellationToken).ConfigureAwait(false);
            known = ById(items);
        }

        static Dictionary<string, BackfillItem> ById(IEnumerable<BackfillItem> items) =>
            items.DistinctBy(item => item.Id, StringComparer.Ordinal).ToDictionary(item => item.Id, StringComparer.Ordinal);
    }

    // The process that wrote the page may have ended before it read it again.
    private async Task ReadLastPageAgainAsync(
        Kind kind,
        StoredTable table,
        RowRange range,
        IReadOnlyList<string> checks,
        string destination,
        BackfillWish wish,
        CancellationToken cancellationToken)
    {
        var page = await PatientlyAsync(
            () => kind.ReadAsync(table, range, wish with { Key = MessageIds.Next() }, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        var known = checks.ToHashSet(StringComparer.Ordinal);
        var changed = page.Rows.Where(item => !known.Contains(item.Check)).ToList();
        if (changed.Count > 0)
        {
            await writer!.WriteAsync(
                destination,
                await ComposeAsync(destination, changed, cancellationToken).ConfigureAwait(false),
                null,
                [.. changed.Select(item => item.Id)],
                cancellationToken).ConfigureAwait(false);
            await ReadAgainAsync(kind, table, range, changed, destination, wish, cancellationToken).ConfigureAwait(false);
        }
    }

    // A database that is busy for a while does not end an hour's work.
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception exception)
                when (exception is DbException or IOException && tries < Tries && !cancellationToken.IsCancellationRequested)
            {
                diagnostics.Failed("reading existing customers", exception);
                await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What is read, and what becomes of it.
    private sealed record Kind(
        string Subject, Func<StoredTable, RowRange, BackfillWish, CancellationToken, Task<StoredPage<BackfillItem>>> ReadAsync)
    {
        /// <summary>Gets a value indicating whether a newer message of the person could be overtaken.</summary>
        public bool ReadsAgain { get; init; }
    }
}

/// <summary>The application's door to backfills. One runs at a time.</summary>
internal sealed class BackfillOperations(CaptureSwitch armed, Func<bool> keepsEvents, Func<bool, BackfillRun> create) : IIntileryBackfill
{
    private int _isRunning;

    public async Task<IntileryBackfillResult> RunAsync(
        IntileryBackfillRequest? request, IProgress<IntileryBackfillProgress>? progress, CancellationToken cancellationToken)
    {
        request ??= new IntileryBackfillRequest();
        if (!request.DryRun && !(armed.IsOn && keepsEvents()))
        {
            throw new InvalidOperationException(
                "Nothing can be sent here: tracking has not started (UseIntileryLifecycleTracking), has no account, or Intilery:CaptureOnly is set. A dry run needs neither.");
        }

        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            throw new InvalidOperationException("Another backfill runs in this process.");
        }

        try
        {
            return await create(request.DryRun).RunAsync(request, step => progress?.Report(step), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }
}
