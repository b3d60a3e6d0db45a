namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Says what to write and what to run when the outbox's tables are missing.</summary>
internal static class OutboxAdvice
{
    public static string MissingFromModel(Type context) =>
        $"UseEntityFrameworkOutbox<{context.Name}>() was called, but the model of {context.Name} does not hold the outbox. "
        + $"Add 'modelBuilder.AddIntileryOutbox();' at the end of {context.Name}.OnModelCreating, keep "
        + $"'builder.Services.AddIntilery().UseEntityFrameworkOutbox<{context.Name}>();', and run: {Commands(context)}";

    public static string Unusable(Type context, string fault) =>
        $"The outbox's tables in the database of {context.Name} cannot be used ({fault.Trim().TrimEnd('.')}). If they are missing, run: {Commands(context)}. "
        + "If they are there, see that the database has room and that the application may write to it.";

    public static string Commands(Type context) =>
        $"dotnet ef migrations add AddIntileryOutbox --context {context.Name} && dotnet ef database update --context {context.Name}";
}
