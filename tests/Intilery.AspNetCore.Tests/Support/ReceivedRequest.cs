namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A request as it arrived at the stand-in.</summary>
public sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers);
