//! Spanish.

use std::sync::LazyLock;

use model::board::TargetState;
use model::catalogue::Tier;
#[cfg(feature = "ssr")]
use model::record::Outcome;
use model::status::{Flag, Status};
#[cfg(feature = "ssr")]
use model::workload::Role;

use super::phrases::Phrases;
use super::strings::{Ages, Strings};
#[cfg(feature = "ssr")]
use super::strings::{Keys, Panel, Refused};
use crate::address::Density;
use crate::board::group::Grouping;

pub(super) static STRINGS: Strings = Strings {
    search: "Buscar",
    search_examples: "Buscar: cart  by:ignas  env:pro is:failing  commit:643217c",
    clear: "Borrar la búsqueda",
    query_error: "Esta búsqueda no se entiende, así que no se filtra nada:",
    theme: "Claro u oscuro",
    count_title: "Mostrar solo estos",
    help: "Teclado",
    skip_to_board: "Ir al tablero",

    view: "Vista",
    group_by: "Agrupar por",
    grouping: |grouping| match grouping {
        Grouping::None => "nada",
        Grouping::Team => "equipo",
        Grouping::Namespace => "namespace",
        Grouping::Status => "estado",
        Grouping::Letter => "primera letra",
    },
    density: "Filas",
    density_of: |density| match density {
        Density::Comfortable => "cómodas",
        Density::Compact => "compactas",
        Density::Dense => "densas",
    },
    columns: "Columnas",
    all_columns: "Todas, en su orden",
    move_left: "mover a la izquierda",
    move_right: "mover a la derecha",
    apply: "Aplicar",
    download: "Descargar como CSV",
    views: "Vistas",

    connecting: "A las",
    live: "En vivo",
    paused: "Actualización en pausa, reintentando",
    without_script: "Sin JavaScript la página no se actualiza sola: recárgala.",

    wall: "Para una pantalla en la pared",
    data_age: |age| format!("datos de hace {age}"),
    page_of: |page, of| format!("página {page} de {of}"),
    environments_of: |first, last, all| format!("entornos {first}–{last} de {all}"),

    services: |n| if n == 1 { "1 servicio".into() } else { format!("{n} servicios") },
    services_of: |shown, all| format!("{shown} de {all} servicios"),
    count: |status, n| format!("{n} {}", if n == 1 { word(status) } else { plural(status) }),
    behind: |n| format!("{n} por detrás"),
    unplaced_records: |n| if n == 1 { "1 registro sin sitio".into() } else { format!("{n} registros sin sitio") },
    announcement: |shown, failing| format!("{shown} servicios a la vista, {failing} con fallos"),

    board: "Tablero",
    caption: "Qué está desplegado y dónde",
    service: "Servicio",
    pages: "Filas",
    sort: "Ordenar",
    sort_by_name: "Ordenar por nombre",
    sort_by_time: "recientes",
    sort_by_status: "peores",
    sort_by_version: "versión",
    not_deployed: "sin desplegar",
    same_as: "igual que",
    nowhere_else: "en ningún otro entorno",
    to: "a",
    pods: |ready, wanted| format!("{ready} de {wanted} pods listos"),
    ci_recorded: "CI registró",
    no_workload: "sin workload",
    copy_commit: "Copiar el commit completo",
    pin: "Fijar",
    pinned: "fijados",
    others: "otros",
    was_pinned: |what| format!("{what} va primero ahora"),
    was_unpinned: |what| format!("{what} vuelve a su sitio"),
    copied: |what| format!("Copiado: {what}"),

    legend: "Colores",
    all_agree: "todos coinciden",
    all_but: "todos menos",
    red_means: "no todos los pods funcionan en la versión deseada",

    no_match: "Ningún servicio coincide",
    no_match_hint: "Las palabras sueltas buscan en nombres, versiones, personas y motivos; los filtros son como env:pro o is:failing.",
    nothing_yet: "Aún no hay nada desplegado",
    nothing_yet_hint: "Un servicio aparece aquí solo, en cuanto un clúster lo ejecuta o CI lo registra.",
    no_environments: "Aún no hay entornos",
    no_environments_hint: "Dale al servidor un kubeconfig, o nombra entornos en relboard.toml; `relboard check` dice a qué llega.",
    not_found: "Esta página no existe",
    to_the_board: "Al tablero",

    #[cfg(feature = "ssr")]
    panel: Panel {
        close: "Cerrar los detalles",
        unknown_cell: "No existe ese servicio en este entorno.",
        wanted: "Deseada",
        running: "En marcha",
        recorded: "Registrada por CI",
        since: "Desde",
        ci_run: "Ejecución de CI",
        conditions: "Condiciones",
        records: "Registros de despliegue",
        history: "Lo que se ha observado",
        other_environments: "Otros entornos",
        same_version: "misma versión",
        other_version: "otra versión",
        no_pods: "No hay pods.",
        ready: "listo",
        not_ready: "no listo",
        terminating: "terminando",
        restarts: |n| if n == 1 { "1 reinicio".into() } else { format!("{n} reinicios") },
        autoscaled: |min, max, now| format!("escalado automático de {min} a {max} pods, ahora {now}"),
        on_node: "en",
        outcome: |outcome| match outcome {
            Outcome::Started => "iniciado",
            Outcome::Success => "correcto",
            Outcome::Failure => "fallido",
            Outcome::Cancelled => "cancelado",
        },
        role: |role| match role {
            Role::Main => "principal",
            Role::Side => "sidecar",
            Role::NativeSidecar => "sidecar nativo",
            Role::Init => "init",
        },
    },
    details: "Detalles",
    loading: "Cargando…",
    load_failed: "No se han podido cargar los detalles:",

    phrases: Some(phrases),
    status: word,
    flag: |flag| match flag {
        Flag::Drifted => "desviado",
        Flag::NoRecord => "sin registro",
        Flag::DeployFailed => "despliegue fallido",
        Flag::Canary => "canary",
        Flag::BlueGreen => "blue/green",
        Flag::Split => "dividido",
        Flag::MovedTag => "tag movido",
        Flag::Behind => "por detrás",
        Flag::Locked => "bloqueado",
        Flag::Frozen => "congelado",
    },
    flag_meaning: |flag| match flag {
        Flag::Drifted => "Lo que funciona no es lo que CI registró",
        Flag::NoRecord => "Funciona, y CI no lo ha registrado nunca",
        Flag::DeployFailed => "El último despliegue falló, y funciona otra cosa",
        Flag::Canary => "Dos versiones sirven a la vez",
        Flag::BlueGreen => "Dos lados, uno parado o a la espera",
        Flag::Split => "Los clústeres de este entorno quieren versiones distintas",
        Flag::MovedTag => "Mismo tag, otra imagen",
        Flag::Behind => "Un entorno anterior tiene una versión más nueva",
        Flag::Locked => "Promoción bloqueada a mano",
        Flag::Frozen => "Promoción congelada por calendario",
    },
    tier: |tier| match tier {
        Tier::Development => "desarrollo",
        Tier::Testing => "pruebas",
        Tier::Staging => "preproducción",
        Tier::Production => "producción",
        Tier::Other => "",
    },
    target_state: |state| match state {
        TargetState::Syncing => "sincronizando",
        TargetState::Live => "en vivo",
        TargetState::Stale => "sin noticias",
        TargetState::Unreachable => "inalcanzable",
        TargetState::Forbidden => "prohibido",
    },

    never: "nunca",
    ages: Ages { now: "ahora mismo", seconds: "s", minutes: "min", hours: "h", days: "d", weeks: "sem", years: "a" },

    #[cfg(feature = "ssr")]
    keys: Keys {
        heading: "Teclado",
        finding: "Encontrar",
        search: "buscar",
        leave: "salir de la búsqueda",
        walking: "Moverse",
        walk: "entre celdas",
        edges: "a la primera o la última fila",
        open: "abrir los detalles",
        close: "cerrarlos",
        viewing: "Mirar",
        view: "grupos, filas, columnas, CSV",
        group: "agrupar por otra cosa",
        density: "filas más juntas",
        theme: "claro u oscuro",
        wall: "para una pantalla en la pared, y de vuelta",
        taking: "Llevarse",
        copy: "copiar el commit completo",
        pin: "fijar el servicio, o soltarlo",
        help: "esta ayuda",
        shut: "Cerrar",
    },
    #[cfg(feature = "ssr")]
    refused: Refused {
        unknown: "Este no es el enlace de ninguna pantalla",
        unknown_hint: "Quizá le falta una letra. Un enlace se muestra una sola vez; en el servidor, esto crea otro, que se abre aquí:",
        revoked: "El enlace de esta pantalla fue revocado",
        revoked_hint: "En el servidor, esto crea uno nuevo, que se abre aquí:",
        too_many: "Se abrieron demasiados enlaces",
        too_many_hint: "Esta página lo intenta de nuevo sola, en un minuto.",
        unavailable: "Ahora mismo no se pueden comprobar los enlaces",
        unavailable_hint: "El servidor no llega a su base de datos; su registro dice más. Esta página lo intenta de nuevo sola, en un minuto.",
        create: "relboard screen create NOMBRE",
    },
};

#[cfg(any(test, feature = "ssr"))]
fn phrases() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(super::es_phrases::all()));
    &PHRASES
}

/// Those of the document.
#[cfg(not(any(test, feature = "ssr")))]
fn phrases() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(Phrases::of_document);
    &PHRASES
}

/// The statuses as words; they describe a service.
fn word(status: Status) -> &'static str {
    match status {
        Status::Unknown => "desconocido",
        Status::Failing => "con fallos",
        Status::Missing => "ausente",
        Status::Drifted => "desviado",
        Status::Rolling => "desplegando",
        Status::Paused => "en pausa",
        Status::Ready => "listo",
        Status::Absent => "sin desplegar",
    }
}

/// The statuses of several services.
fn plural(status: Status) -> &'static str {
    match status {
        Status::Unknown => "desconocidos",
        Status::Missing => "ausentes",
        Status::Drifted => "desviados",
        Status::Ready => "listos",
        Status::Failing | Status::Rolling | Status::Paused | Status::Absent => word(status),
    }
}
