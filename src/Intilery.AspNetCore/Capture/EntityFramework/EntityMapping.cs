using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>How the application maps one of its entity types, by a call on the builder.</summary>
/// <param name="type">The entity's class.</param>
/// <param name="call">The call, for messages.</param>
internal abstract class EntityMapping(Type type, string call)
{
    public Type Type => type;

    public string Call => call;

    /// <summary>Whether the mapping is of this entity type, or of a class that it derives from.</summary>
    public bool Covers(IEntityType entity) => !entity.IsOwned() && type.IsAssignableFrom(entity.ClrType);

    /// <summary>Returns what is wrong with the mapping in the model that has this type; the start fails with all of it.</summary>
    public abstract IEnumerable<string> Faults(IEntityType entity);

    /// <summary>Returns what watches the entities of a type that the mapping covers, or <see langword="null"/> if it is at fault.</summary>
    public abstract EntityWatch? Watch(IEntityType entity);

    /// <summary>Returns the message for an expression that is not a column.</summary>
    protected static string NoColumn(MappedMember member, IEntityType entity) =>
        $"'{member.Text}' is not a column of {entity.DisplayName()}. Name a mapped property, or EF.Property for a shadow one.";
}
