using System.Data.Common;
using System.Transactions;
using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A save between its first callback and its last: the rows that it changes, and what they mean.</summary>
internal sealed class PendingSave
{
    private readonly List<ISavedChangeSource> _changes = [];
    private readonly Dictionary<IEntityType, Dictionary<object, EntityEntry>> _tracked = [];
    private AutoTransactionBehavior? _before;
    private Action? _unfollow;

    public PendingSave(
        DbContext context, WatchedModel model, IReadOnlyList<TrackedEvent> tracked, IntileryOptions options, TimeProvider time)
    {
        (Context, Model, TrackedEvents, Options, Time) = (context, model, tracked, options, time);
        Memberships = new MembershipChanges(this);
        AddTracked(null);
    }

    public DbContext Context { get; }

    public WatchedModel Model { get; }

    public IntileryOptions Options { get; }

    public TimeProvider Time { get; }

    /// <summary>Gets the events that the application tracked with the context.</summary>
    public IReadOnlyList<TrackedEvent> TrackedEvents { get; }

    /// <summary>Gets what changes of who is a member of what: a set, to which many rows may add.</summary>
    public MembershipChanges Memberships { get; private set; }

    /// <summary>Gets the watched rows that the save changes, once it is prepared.</summary>
    public IReadOnlyList<ChangedRow> Rows { get; private set; } = [];

    /// <summary>Gets or sets the scope that the save belongs to; <see langword="null"/> as long as it touches nothing watched.</summary>
    public TrackingScope? Scope { get; set; }

    /// <summary>Gets or sets what the application's tenant resolver is asked of the sign-ups; <see langword="null"/> without one.</summary>
    public TenantQuestion? SignUpQuestion { get; set; }

    /// <summary>
    /// Gets a value indicating whether the rows that the save sends have been read: its first command is executed, or about to be.
    /// </summary>
    public bool IsPrepared { get; private set; }

    /// <summary>Gets the transaction that the save began itself, the last attempt's.</summary>
    public DbTransaction? Transaction { get; private set; }

    /// <summary>Gets or sets what was written in that transaction before its commit.</summary>
    public IReadOnlyList<ScopeFact>? Written { get; set; }

    public bool IsEmpty => _changes.Count == 0 && Memberships.IsEmpty;

    /// <summary>Gets a value indicating whether it contains a sign-up.</summary>
    public bool HasSignUps => _changes.Exists(change => change is UserChange { IsSignUp: true });

    /// <summary>Looks at the context whenever its changes have been detected, until the save's rows are known.</summary>
    public void Follow(Action<PendingSave> look)
    {
        if (Model.IsEmpty)
        {
            return;
        }

        var tracker = Context.ChangeTracker;
        if (tracker.AutoDetectChangesEnabled && Model.DetectsChanges)
        {
            EventHandler<DetectedChangesEventArgs> detected = (_, _) => Look(isRelevant: true);
            tracker.DetectedAllChanges += detected;
            _unfollow = () => tracker.DetectedAllChanges -= detected;
            return;
        }

        // Nothing is detected: each entity changes its state when the application, or one of its interceptors, changes the entity.
        EventHandler<EntityTrackedEventArgs> tracked = (_, args) => Look(IsChanged(args.Entry.State));
        EventHandler<EntityStateChangedEventArgs> changed = (_, args) => Look(IsChanged(args.NewState));
        tracker.Tracked += tracked;
        tracker.StateChanged += changed;
        _unfollow = () =>
        {
            tracker.Tracked -= tracked;
            tracker.StateChanged -= changed;
        };
        look(this);

        void Look(bool isRelevant)
        {
            if (isRelevant && (!IsPrepared || !Context.Database.IsRelational()))
            {
                look(this);
            }
        }
    }

    public void Unfollow()
    {
        _unfollow?.Invoke();
        _unfollow = null;
    }

    /// <summary>Whether the save is going to write something that is watched.</summary>
    public bool IsTouched() =>
        TrackedEvents.Count > 0 || (!Model.IsEmpty && Undetected.Entries(Context).Any(entry => Model.IsTouchedBy(entry)));

    /// <summary>Reads the states of the entities as the save sends them. What follows is read of the database.</summary>
    public void Prepare()
    {
        _changes.Clear();
        _tracked.Clear();
        Memberships = new MembershipChanges(this);
        Rows = Model.IsEmpty
            ? []
            : [.. Undetected.Entries(Context).Where(entry => Model.IsTouchedBy(entry)).Select(entry => new ChangedRow(entry))];
        AddTracked(TrackedEvents.Count > 0 ? TrackedChange.WitnessOf(Context) : null);
        IsPrepared = true;
    }

    /// <summary>Notes what the rows may mean, once it is known what they held before.</summary>
    public void Note()
    {
        foreach (var row in Rows)
        {
            if (!row.IsMissing)
            {
                foreach (var watch in Model.WatchesOf(row.Entry)!)
                {
                    watch.Note(row, this);
                }
            }
        }
    }

    public void Add(ISavedChangeSource change) => _changes.Add(change);

    /// <summary>The save has begun a transaction of its own, perhaps to try again.</summary>
    public void Begun(DbTransaction transaction) => (Transaction, IsPrepared) = (transaction, false);

    /// <summary>Makes sure that the save has a transaction, a single statement's too, unless the application wants none.</summary>
    public void RequireTransaction()
    {
        var database = Context.Database;
        if (_before is null
            && database.AutoTransactionBehavior != AutoTransactionBehavior.Never
            && AmbientTransaction.Of(Context) is null
            && database.CurrentTransaction is null)
        {
            _before = database.AutoTransactionBehavior;
            database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        }
    }

    /// <summary>Leaves the context as it was.</summary>
    public void Restore()
    {
        if (_before is { } before)
        {
            Context.Database.AutoTransactionBehavior = before;
            _before = null;
        }
    }

    /// <summary>Returns whether an interceptor of the application suppressed the save: it had changes, and executed no command.</summary>
    public bool WasSuppressed() =>
        !IsPrepared && Context.Database.IsRelational() && Undetected.Entries(Context).Any(entry => IsChanged(entry.State));

    /// <summary>Returns an entity that the context tracks, by the value of a property.</summary>
    public EntityEntry? Tracked(IEntityType type, IProperty key, object? value)
    {
        if (!_tracked.TryGetValue(type, out var entries))
        {
            _tracked.Add(type, entries = []);
            foreach (var entry in Undetected.Entries(Context).Where(entry => type.IsAssignableFrom(entry.Metadata)))
            {
                if (entry.CurrentValues[key] is { } known)
                {
                    entries.TryAdd(known, entry);
                }
            }
        }

        return value is null ? null : entries.GetValueOrDefault(value);
    }

    /// <summary>Returns, after the save, what it has changed, with the keys and values that the entities have now.</summary>
    public IReadOnlyList<ScopeFact> Read()
    {
        Memberships.Count();
        var isRelational = Context.Database.IsRelational();
        var facts = new List<ScopeFact>(_changes.Count);
        foreach (var found in _changes.Append(Memberships).SelectMany(change => change.Read()))
        {
            // Without commands to see, a save that an interceptor suppressed looks like one that does not accept its changes: the row shows
            // which it is.
            if (isRelational || found.Entry is not { } entry || !IsChanged(entry.State) || found.IsStored())
            {
                facts.Add(new ScopeFact(found.Fact) { Scope = Scope, Row = found });
            }
        }

        return facts;
    }

    private static bool IsChanged(EntityState state) => state is EntityState.Added or EntityState.Modified or EntityState.Deleted;

    private void AddTracked(EntityEntry? witness)
    {
        _changes.Clear();
        foreach (var each in TrackedEvents)
        {
            _changes.Add(new TrackedChange(each, witness));
        }
    }
}

/// <summary>
/// Looks at what a context tracks as it is, without detecting changes: outside of a save the application's entities are in the middle of
/// their work, and within one EF Core has just done it.
/// </summary>
internal static class Undetected
{
    public static IEnumerable<EntityEntry> Entries(DbContext context) => Read(context.ChangeTracker, static tracker => tracker.Entries());

    /// <summary>Reads from an entry what may lie in an entity that it owns, whose look-up detects the changes of that.</summary>
    public static T Read<T>(EntityEntry entry, Func<EntityEntry, T> read) => Read(entry.Context.ChangeTracker, _ => read(entry));

    private static T Read<T>(ChangeTracker tracker, Func<ChangeTracker, T> look)
    {
        var isDetecting = tracker.AutoDetectChangesEnabled;
        try
        {
            tracker.AutoDetectChangesEnabled = false;
            return look(tracker);
        }
        finally
        {
            tracker.AutoDetectChangesEnabled = isDetecting;
        }
    }
}

/// <summary>Finds the <see cref="TransactionScope"/> or enlisted transaction that a context saves in.</summary>
internal static class AmbientTransaction
{
    public static Transaction? Of(DbContext context) =>
        context.Database.IsRelational() ? context.Database.GetEnlistedTransaction() ?? Transaction.Current : null;
}
