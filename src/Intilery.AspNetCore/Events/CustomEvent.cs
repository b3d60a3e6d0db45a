using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// An event of your own, beside the ten of the specification. Its name is best an object and a past action
/// (<c>Report Exported</c>), the naming that Intilery recommends.
/// </summary>
public sealed record CustomEvent : LifecycleEvent
{
    /// <summary>Initializes a new instance of the <see cref="CustomEvent"/> record.</summary>
    /// <param name="name">The event's name; at most 256 characters.</param>
    /// <exception cref="ArgumentException">
    /// The name is empty, too long or not plain text, or is one of the specification's ten events: those have records of their own.
    /// </exception>
    [JsonConstructor]
    public CustomEvent(string name)
        : base(EventNames.Custom(name))
    {
    }

    /// <summary>
    /// Gets the properties, by name; values are whatever <c>System.Text.Json</c> writes: text, numbers, dates, lists, objects.
    /// <see langword="null"/> values are sent as <c>null</c>. They are read when the event is tracked. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Properties { get; init; } = FreeProperties.None;

    /// <inheritdoc />
    /// <remarks>Properties are compared by the JSON that they are sent as.</remarks>
    public bool Equals(CustomEvent? other) => base.Equals(other) && FreeProperties.AreEqual(Properties, other.Properties);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Properties.Count);

    internal override void WriteProperties(PropertyWriter properties) => FreeProperties.Write(Properties, properties);
}
