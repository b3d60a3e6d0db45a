using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;
using Microsoft.AspNetCore.DataProtection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class OutboxSpillTests : IDisposable
{
    private static readonly CancellationToken _deadlinePassed = new(canceled: true);

    private readonly ScratchFolder _scratch = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);

    private string Folder => _scratch.Combine("spill");

    private IReadOnlyList<string> Files => Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder)] : [];

    [Fact]
    public async Task What_the_outbox_does_not_take_by_the_deadline_is_saved_and_written_by_the_next_process()
    {
        using var first = new WriterBench();
        using var spill = Spill(first.Diagnostics);
        var release = first.Store.Hang();
        var writer = first.Start(spill: spill);
        var waiting = writer.CommitAsync(Row(1), Row(2));
        await first.Store.AttemptedAsync(1);
        writer.Append(Intent(7));
        writer.Commit(new OutboxCommit([7], [Row(3, intentId: 7)]) { DeadLetters = [new DeadLetter(Row(4), "too large", Noon)] });

        await writer.StopAsync(_deadlinePassed);

        Assert.Empty(first.Diagnostics.Dropped);
        var file = Assert.Single(Files);
        Assert.Equal(
            [$"The outbox could not be written before the process ended. 4 events were saved in {file}; the next process that starts with this folder writes them to the outbox."],
            first.Diagnostics.Logged(340));
        Assert.False(waiting.IsCompleted);

        using var next = new WriterBench();
        await RestoreAsync(next);

        Assert.Equal([1L, 2, 3], await next.Store.IdsAsync());
        Assert.Equal([Payload(1, "u1"), Payload(2, "u1"), Payload(3, "u1")], next.Store.Rows.Select(row => System.Text.Encoding.UTF8.GetString(row.Payload.Span)));
        Assert.Equal("too large", Assert.Single(await next.Store.ReadDeadLettersAsync(0, 10, CancellationToken.None)).Message);
        Assert.Equal([$"Wrote 4 events to the outbox that an earlier process had saved in {file}."], next.Diagnostics.Logged(342));
        Assert.Empty(Files);
        release.SetResult();
    }

    [Fact]
    public async Task A_host_that_is_disposed_without_a_stop_saves_it_too()
    {
        using var bench = new WriterBench();
        using var spill = Spill(bench.Diagnostics);
        bench.Store.BeforeWriting(_ => throw new IOException("disk full"));
        var writer = bench.Start(spill: spill);
        writer.Commit(new OutboxCommit([], [Row(1)]));

        writer.Dispose();
        await writer.StopAsync(_deadlinePassed);

        Assert.Empty(bench.Diagnostics.Dropped);
        Assert.Equal([1L], (await RestoredAsync()).SelectMany(write => write.Commit!.Rows).Select(row => row.Id));
    }

    [Fact]
    public async Task Payloads_are_protected_in_the_file_and_what_a_lost_key_protects_goes_on_as_it_is()
    {
        var (keys, letter) = (new EphemeralDataProtectionProvider(), new DeadLetter(Row(4), "too large", Noon));
        using (var spill = Spill(_diagnostics, new PayloadProtection(() => keys, protects: true)))
        {
            Assert.Equal(0, spill.Save([Write(Intent(7)), new OutboxWrite(null, new OutboxCommit([], [Row(1)]) { DeadLetters = [letter] })]));
        }

        Assert.DoesNotContain(Convert.ToBase64String(Row(1).Payload.Span), await File.ReadAllTextAsync(Assert.Single(Files), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using (var spill = Spill(_diagnostics, new PayloadProtection(() => keys, protects: false)))
        {
            var held = await spill.ReadUserAsync("u1", TestContext.Current.CancellationToken);
            Assert.Equal(
                [Payload(1, "u1"), """{"n":7}""", Payload(4, "u1")],
                [PayloadProtection.TextOf(held.Rows[0].Payload), PayloadProtection.TextOf(held.Intents[0].Payload), PayloadProtection.TextOf(held.DeadLetters[0].Row.Payload)]);
        }

        using var without = Spill(_diagnostics, new PayloadProtection(() => new EphemeralDataProtectionProvider(), protects: true));
        Assert.Equal(3, (await without.ReadUserAsync("u1", TestContext.Current.CancellationToken)).Protected);
        var restored = await RestoredAsync(without);

        Assert.True(Assert.Single(restored.SelectMany(write => write.Commit?.Rows ?? [])).IsProtected);
        Assert.Empty(Files);
    }

    [Fact]
    public void What_cannot_be_protected_is_not_saved_as_it_is_but_counted_as_lost()
    {
        using var spill = Spill(_diagnostics, new PayloadProtection(() => null, protects: true));

        Assert.Equal(1, spill.Save([Commit(Row(1))]));

        Assert.DoesNotContain(Files, file => File.ReadAllText(file).Contains("payload", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(_diagnostics.Logged(344), line => line.Contains("Data Protection cannot protect an event", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_keep_everything_that_the_store_writes_of_them()
    {
        var trial = new Trial("t1") { UserId = "u1", GroupId = "g1", StartDate = Noon, EndDate = Noon.AddDays(14), PlanName = "Pro", Destination = Here };
        var row = Row(1) with { IsBackfill = true, TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", DueAt = Noon };
        var written = new OutboxWrite(null, new OutboxCommit([], [row with { Trial = new TrialChange(TrialChangeKind.Start, trial, 1) { IsOfAccount = true } }])
        {
            Trials = [new TrialChange(TrialChangeKind.Move, trial, 2)],
        });
        Save(written);

        var commit = Assert.Single(await RestoredAsync()).Commit!;

        var restored = Assert.Single(commit.Rows);
        Assert.Equal(row.Payload.ToArray(), restored.Payload.ToArray());
        Assert.Equal(new TrialChange(TrialChangeKind.Start, trial, 1) { IsOfAccount = true }, restored.Trial);
        Assert.Equal(row, restored with { Payload = row.Payload, Trial = null });
        Assert.Equal([new TrialChange(TrialChangeKind.Move, trial, 2)], commit.Trials);
    }

    [Fact]
    public async Task An_end_of_a_trial_whose_person_only_the_schedule_knows_is_counted_as_lost()
    {
        var unnamed = Row(1, userId: null) with { Payload = default, Trial = new TrialChange(TrialChangeKind.End, new Trial("t1"), 1) { Complete = (row, _) => row } };
        using var spill = Spill(_diagnostics);

        Assert.Equal(1, spill.Save([Commit(unnamed), Commit(Row(2))]));

        Assert.Equal([2L], (await RestoredAsync(spill)).SelectMany(write => write.Commit!.Rows).Select(row => row.Id));
    }

    [Fact]
    public async Task Changes_that_no_scope_had_committed_are_handed_to_the_recovery()
    {
        Save(Write(Intent(7)), Write(Intent(8)), Commit(8, Row(1, intentId: 8)));
        using var spill = Spill(_diagnostics);
        var recovered = new List<Intent>();

        await spill.RestoreAsync((_, _) => Task.CompletedTask, (intents, _) => Recover(intents), TestContext.Current.CancellationToken);

        Assert.Equal([7L], recovered.Select(intent => intent.Id));
        Assert.Empty(Files);

        Task Recover(IReadOnlyList<Intent> intents)
        {
            recovered.AddRange(intents);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_restore_that_is_interrupted_goes_on_where_it_was()
    {
        Save([.. Enumerable.Range(1, 300).Select(id => Commit(Row(id)))]);
        var seen = new List<long>();
        using (var spill = Spill(_diagnostics))
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => spill.RestoreAsync(
                (writes, _) => seen.Count == 0 ? Take(writes) : throw new OperationCanceledException(), (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken));
        }

        Assert.Single(Files);
        foreach (var write in await RestoredAsync())
        {
            await Take([write]);
        }

        Assert.Equal(Enumerable.Range(1, 300).Select(id => (long)id), seen);

        Task Take(IReadOnlyList<OutboxWrite> writes)
        {
            seen.AddRange(writes.SelectMany(write => write.Commit!.Rows).Select(row => row.Id));
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task What_is_being_restored_when_the_process_stops_stays_in_its_file_and_is_not_saved_again()
    {
        Save(Commit(Row(1)));
        var file = Assert.Single(Files);
        using var bench = new WriterBench();
        using var spill = Spill(bench.Diagnostics);
        var release = bench.Store.Hang();
        var writer = bench.Start(spill: spill);
        using var stopping = new CancellationTokenSource();
        var restoring = spill.RestoreAsync(writer.RestoreAsync, (_, _) => Task.CompletedTask, stopping.Token);
        await bench.Store.AttemptedAsync(1);

        await stopping.CancelAsync();
        await writer.StopAsync(_deadlinePassed);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restoring);
        Assert.Equal(file, Assert.Single(Files));
        Assert.Empty(bench.Diagnostics.Dropped);
        release.SetResult();
    }

    [Fact]
    public void Files_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        Save(Commit(Row(1)));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Files)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    [Fact]
    public async Task A_symbolic_link_is_not_followed()
    {
        Save(Commit(Row(1)));
        var target = _scratch.Combine("target");
        File.Move(Assert.Single(Files), target);
        var link = Path.Combine(Folder, "events-1.spill");
        File.CreateSymbolicLink(link, target);

        Assert.Empty(await RestoredAsync());

        Assert.True(File.Exists(target));
        Assert.Contains($"The file {link}, which holds events that an earlier process could not write to the outbox, cannot be read and stays where it is:", Assert.Single(_diagnostics.Logged(343)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_goes_over_the_limit_is_lost_and_counted()
    {
        using var spill = new OutboxSpill([new SpillFolder(Folder, IsTemporary: false)], 700, PayloadProtection.None, _diagnostics.Diagnostics);

        Assert.Equal(8, spill.Save([.. Enumerable.Range(1, 10).Select(id => Commit(Row(id)))]));
        Assert.Equal(10, spill.Save([.. Enumerable.Range(11, 10).Select(id => Commit(Row(id)))]));
        Assert.True(Files.Sum(file => new FileInfo(file).Length) <= 700);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_gives_way_to_the_temporary_one_with_a_warning()
    {
        var temporary = new SpillFolder(_scratch.Combine("temporary"), IsTemporary: true);
        using var spill = new OutboxSpill([new SpillFolder(_scratch.RegularFile(), IsTemporary: false), temporary], 1 << 20, PayloadProtection.None, _diagnostics.Diagnostics);

        Assert.Equal(0, spill.Save([Commit(Row(1))]));

        Assert.Single(_diagnostics.Logged(344));
        Assert.Equal(
            [$"Events were saved in {temporary.Path}, a temporary folder that does not survive a new container. Set Intilery:Outbox:SpillPath to a folder that does."],
            _diagnostics.Logged(341));
        Assert.Single(await RestoredAsync(spill));
    }

    [Fact]
    public async Task A_temporary_folder_that_others_may_use_is_neither_written_nor_read()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes, and a temporary folder for each user.");
            return;
        }

        Save(Commit(Row(1)));
        File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        using var spill = new OutboxSpill([new SpillFolder(Folder, IsTemporary: true)], 1 << 20, PayloadProtection.None, _diagnostics.Diagnostics);

        Assert.Equal(1, spill.Save([Commit(Row(2))]));
        Assert.Empty(await RestoredAsync(spill));
        Assert.Single(Files);
    }

    [Fact]
    public async Task A_last_line_that_was_cut_is_left_out_and_a_damaged_file_stays()
    {
        Save(Commit(Row(1)), Commit(Row(2)));
        using (var file = new FileStream(Assert.Single(Files), FileMode.Open))
        {
            file.SetLength(file.Length - 5);
        }

        Assert.Equal([1L], (await RestoredAsync()).SelectMany(write => write.Commit!.Rows).Select(row => row.Id));

        var damaged = Path.Combine(Folder, "events-2.spill");
        await File.WriteAllTextAsync(damaged, "something else", TestContext.Current.CancellationToken);
        Assert.Empty(await RestoredAsync());
        Assert.True(File.Exists(damaged));
        Assert.Single(_diagnostics.Logged(343));
    }

    [Fact]
    public async Task A_file_that_another_process_restores_is_left_to_it()
    {
        Save(Commit(Row(1)));
        using (SpillFile.TryTake(Assert.Single(Files), PayloadProtection.None))
        {
            Assert.Empty(await RestoredAsync());
            using var spill = Spill(_diagnostics);
            await Assert.ThrowsAsync<IOException>(() => spill.PurgeUserAsync("u1", TestContext.Current.CancellationToken));
            Assert.Equal(
                [$"{Assert.Single(Files)}: another process is writing it to the outbox at this moment."],
                (await spill.ReadUserAsync("u1", TestContext.Current.CancellationToken)).Unreached);
        }

        Assert.Single(await RestoredAsync());
    }

    [Fact]
    public async Task Erasing_a_person_erases_them_from_the_files_and_leaves_the_others()
    {
        Save(
            Write(Intent(7, "peter")),
            new OutboxWrite(null, new OutboxCommit([7], [Row(1, "peter"), Row(2, "paul")]) { DeadLetters = [new DeadLetter(Row(3, "peter"), "bad", Noon)] }),
            Commit(Row(4, "paul")));
        using var spill = Spill(_diagnostics);
        var held = await spill.ReadUserAsync("peter", TestContext.Current.CancellationToken);
        Assert.Equal([1L, 3, 7], [.. held.Rows.Select(row => row.Id), .. held.DeadLetters.Select(letter => letter.Row.Id), .. held.Intents.Select(intent => intent.Id)]);

        Assert.Equal(3, await spill.PurgeUserAsync("peter", TestContext.Current.CancellationToken));

        Assert.DoesNotContain("peter", await File.ReadAllTextAsync(Assert.Single(Files), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal([2L, 4], (await RestoredAsync(spill)).SelectMany(write => write.Commit!.Rows).Select(row => row.Id));
    }

    public void Dispose()
    {
        _diagnostics.Dispose();
        _scratch.Dispose();
    }

    private static async Task<IReadOnlyList<OutboxWrite>> RestoredAsync(OutboxSpill spill)
    {
        var restored = new List<OutboxWrite>();
        await spill.RestoreAsync(
            (writes, _) =>
            {
                restored.AddRange(writes);
                return Task.CompletedTask;
            },
            (_, _) => Task.CompletedTask,
            TestContext.Current.CancellationToken);
        return restored;
    }

    private async Task<IReadOnlyList<OutboxWrite>> RestoredAsync()
    {
        using var spill = Spill(_diagnostics);
        return await RestoredAsync(spill);
    }

    private async Task RestoreAsync(WriterBench bench)
    {
        using var spill = Spill(bench.Diagnostics);
        var writer = bench.Start(spill: spill);
        await spill.RestoreAsync(writer.RestoreAsync, (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);
    }

    private void Save(params OutboxWrite[] writes)
    {
        using var spill = Spill(_diagnostics);
        Assert.Equal(0, spill.Save(writes));
    }

    private OutboxSpill Spill(TestDiagnostics diagnostics, PayloadProtection? protection = null) =>
        new([new SpillFolder(Folder, IsTemporary: false)], 1 << 20, protection ?? PayloadProtection.None, diagnostics.Diagnostics);
}
