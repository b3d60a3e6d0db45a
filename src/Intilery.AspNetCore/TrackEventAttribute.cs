namespace Intilery.AspNetCore;

/// <summary>The endpoint tracks a custom event: a <see cref="Events.CustomEvent"/> of the signed-in user.</summary>
/// <param name="name">The event's name, best an object and a past action (<c>Report Exported</c>); at most 256 characters.</param>
/// <example><code>[HttpPost("reports"), TrackEvent("Report Exported", Properties = ["format=input.Format",
/// "source='dashboard'"])]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class TrackEventAttribute(string name) : LifecycleEventAttribute
{
    /// <summary>Gets the event's name.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Gets or sets the properties, each as <c>name=path</c> (<c>format=input.Format</c>) or, a literal, in single quotes
    /// (<c>source='dashboard'</c>). Numbers, dates and lists of simple values keep their JSON type. Default: none.
    /// </summary>
    public string[] Properties { get; set; } = [];
}
