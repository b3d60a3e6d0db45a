using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What a context is about to save, as far as it may mean something.</summary>
internal sealed class SaveNotes
{
    private readonly List<INotedChange> _changes = [];

    public SaveNotes(DbContext context, IntileryOptions options, TimeProvider time)
    {
        (Context, Options, Time) = (context, options, time);
        Memberships = new MembershipChanges(this);
    }

    public DbContext Context { get; }

    public IntileryOptions Options { get; }

    public TimeProvider Time { get; }

    /// <summary>Gets what is about to change of who is a member of what: a set, to which many rows may add.</summary>
    public MembershipChanges Memberships { get; }

    /// <summary>Gets the events that the application told the context.</summary>
    public IReadOnlyList<ToldEvent> Told { get; private set; } = [];

    public bool IsEmpty => _changes.Count == 0 && Memberships.IsEmpty;

    /// <summary>Gets a value indicating whether somebody signs up by it.</summary>
    public bool HasSignUps => _changes.Exists(change => change is UserNote { Creates: true } or UserNote { Confirms: true });

    /// <summary>Gets or sets what the application's tenant resolver is to say of them; <see langword="null"/> without one.</summary>
    public TenantQuestion? SignUpQuestion { get; set; }

    public void Add(INotedChange change) => _changes.Add(change);

    /// <summary>Adds the events that the application told the context.</summary>
    public void Add(IReadOnlyList<ToldEvent> told)
    {
        Told = told;
        var witness = ToldChange.WitnessOf(Context);
        _changes.AddRange(told.Select(each => new ToldChange(each, witness)));
    }

    /// <summary>Returns, after the save, what it means.</summary>
    public IEnumerable<FoundChange> Read() => _changes.Append(Memberships).SelectMany(change => change.Read());
}
