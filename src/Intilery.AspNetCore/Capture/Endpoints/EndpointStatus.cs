namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Which statuses are a success.</summary>
internal static class EndpointStatus
{
    public static bool IsSuccess(int[]? codes, int status) => codes is { Length: > 0 } ? codes.Contains(status) : status is >= 200 and < 400;
}
