namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A context that one of the application's user stores is made with, once a request.</summary>
/// <param name="Type">The context's class.</param>
/// <param name="Options">The type of its options.</param>
/// <param name="MakesOptions">Whether each request makes the options anew, as it does the context; those of pools and factories are made once.</param>
internal sealed record UserStoreContext(Type Type, Type Options, bool MakesOptions);
