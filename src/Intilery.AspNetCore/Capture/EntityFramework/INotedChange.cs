namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Something that was about to be saved.</summary>
internal interface INotedChange
{
    /// <summary>Returns, after the save, what it means: nothing, or one or more facts.</summary>
    IEnumerable<FoundChange> Read();
}
