using System.Linq.Expressions;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>The members of an entity that describe its trial.</summary>
internal sealed record TrialMembers(MappedMember Trial, MappedMember Account, MappedMember End)
{
    public MappedMember? Start { get; init; }

    public MappedMember? Plan { get; init; }

    /// <summary>Gets the condition under which the row is a trial; <see langword="null"/> if every row with an end date is one.</summary>
    public MappedMember? IsTrial { get; init; }
}

/// <summary>Maps an entity type of the application to trials.</summary>
internal sealed class TrialMapping(Type type, TrialMembers members) : EntityMapping(type, $"MapTrials<{type.Name}>")
{
    /// <summary>Gets the condition under which a row is a trial; <see langword="null"/> if every row with an end is.</summary>
    public LambdaExpression? IsTrial => members.IsTrial?.Lambda;

    public override IEnumerable<string> Faults(IEntityType entity)
    {
        foreach (var member in new[] { members.Trial, members.Account })
        {
            if (member.ColumnOf(entity) is null)
            {
                yield return NoColumn(member, entity);
            }
        }
    }

    public override EntityWatch? Watch(IEntityType entity) => Faults(entity).Any() ? null : new TrialWatch(new TrialReader(
        members.Trial.ColumnOf(entity)!,
        members.Account.ColumnOf(entity)!,
        new MappedValue(members.End, entity),
        Optional(members.Start, entity),
        Optional(members.Plan, entity),
        Optional(members.IsTrial, entity)));

    private static MappedValue? Optional(MappedMember? member, IEntityType entity) =>
        member is null ? null : new MappedValue(member, entity);
}

/// <summary>A trial as read from a row.</summary>
/// <param name="IsTrial">Whether the row is a trial.</param>
internal sealed record TrialState(bool IsTrial)
{
    /// <summary>No row, no trial.</summary>
    public static TrialState None { get; } = new(false);

    public string? Trial { get; init; }

    public string? Account { get; init; }

    public DateTimeOffset? Start { get; init; }

    public DateTimeOffset? End { get; init; }

    public string? Plan { get; init; }

    /// <summary>Whether the trial goes on at this time.</summary>
    public bool RunsAt(DateTimeOffset now) => IsTrial && !(End <= now);
}

/// <summary>Reads the trial of an entity: its current values, its original ones, and those in the database.</summary>
internal sealed class TrialReader(
    IProperty trial, IProperty account, MappedValue end, MappedValue? start, MappedValue? plan, MappedValue? isTrial)
{
    /// <summary>Gets the column of the trial's id.</summary>
    public IProperty Trial => trial;

    public TrialState Current(EntityEntry entry) => Read(entry.CurrentValues, value => value.Current(entry));

    public TrialState Before(ChangedRow row) => Read(row.Before!, value => value.Before(row));

    /// <summary>Gets the columns that the trial is read from.</summary>
    public IReadOnlyList<IProperty> Columns { get; } =
        [trial, account, .. Values(end, start, plan, isTrial).SelectMany(value => value.Columns)];

    /// <summary>Whether a save of the entity, as it is now, writes what the trial is read from.</summary>
    public bool IsWritten(EntityEntry entry) =>
        ChangedRow.Writes(entry, account) || Values(end, start, plan, isTrial).Any(value => value.IsWritten(entry));

    public TrialState In(PropertyValues row, EntityEntry entry) => Read(row, value => value.In(row, entry));

    private TrialState Read(PropertyValues values, Func<MappedValue, object?> read)
    {
        var ends = StoredDate.Of(read(end));
        return new TrialState(isTrial is null ? ends is not null : read(isTrial) is true)
        {
            Trial = KeyText.Of(values[trial]),
            Account = KeyText.Of(values[account]),
            Start = start is null ? null : StoredDate.Of(read(start)),
            End = ends,
            Plan = plan is null ? null : EventText.Captured(MappedValue.Text(read(plan))),
        };
    }

    private static IEnumerable<MappedValue> Values(params MappedValue?[] values) => values.OfType<MappedValue>();
}

/// <summary>
/// Watches the rows that hold trials, which a save starts, moves or ends. A trial whose end date comes is the clock's to end: what is over
/// before and after the save is nothing here.
/// </summary>
internal sealed class TrialWatch(TrialReader reader) : EntityWatch
{
    public TrialReader Reader => reader;

    public override IEnumerable<IProperty> Columns => reader.Columns;

    public override bool IsTouchedBy(EntityEntry entry) => entry.State != EntityState.Modified || reader.IsWritten(entry);

    public override void Note(ChangedRow row, PendingSave save)
    {
        var before = row.State == EntityState.Added ? TrialState.None : reader.Before(row);
        if (row.State != EntityState.Modified || before != reader.Current(row.Entry))
        {
            save.Add(new Change(reader, row, save.Time, before));
        }
    }

    private sealed class Change(TrialReader reader, ChangedRow changed, TimeProvider time, TrialState before) : ISavedChangeSource
    {
        public IEnumerable<FoundChange> Read()
        {
            var (now, entry) = (time.GetUtcNow(), changed.Entry);
            var after = changed.IsDeleted ? TrialState.None : reader.Current(entry);
            switch (before.RunsAt(now), after.RunsAt(now))
            {
                case (false, true) when after is { Trial: not null, Account: not null }:
                    yield return new FoundChange(
                        EventTracked.Seen(Started(after), now), entry, row => row is not null && reader.In(row, entry).IsTrial);
                    break;

                case (true, true) when (before.End, before.Plan) != (after.End, after.Plan)
                    && after is { Trial: not null, Account: not null }:
                    yield return new FoundChange(
                        new TrialMoved { Key = MessageIds.Next(), UserId = string.Empty, At = now, Trial = Started(after) },
                        entry,
                        row => row is not null && (reader.In(row, entry).End, reader.In(row, entry).Plan) == (after.End, after.Plan));
                    break;

                case (true, false) when before is { Trial: not null, Account: not null }:
                    yield return new FoundChange(
                        EventTracked.Seen(Ended(after), now), entry, row => row is null || !reader.In(row, entry).RunsAt(now));
                    break;
            }
        }

        private static TrialStarted Started(TrialState state) => new()
        {
            TrialId = state.Trial,
            GroupId = state.Account,
            TrialStartDate = state.Start,
            TrialEndDate = state.End,
            TrialPlanName = state.Plan,
        };

        // Its own dates and plan: what replaced them, a subscription's perhaps, is no trial's. But an end that was brought forward is its
        // end.
        private TrialEnded Ended(TrialState after) => new()
        {
            TrialId = before.Trial,
            GroupId = before.Account,
            TrialStartDate = before.Start,
            TrialEndDate = after is { IsTrial: true, End: { } end } ? end : before.End,
            TrialPlanName = before.Plan,
        };
    }
}
